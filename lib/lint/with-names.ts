import type { FindingEndpoint } from '../facts/finding.ts';
import { at } from '../facts/wording.ts';
import type { Draft } from '../rules/rule.ts';
import type { NameOf } from './names.ts';

/** A finding about the capture as a whole with the names of its endpoints: beside addresses, never instead of them. */
export function withNames<D extends Draft>(draft: D, nameOf: NameOf): D {
  let { message } = draft;
  const endpoints = draft.endpoints?.map((endpoint): FindingEndpoint => {
    const name = endpoint.name ?? nameOf(endpoint.address, endpoint.port);
    if (name === undefined) return endpoint;
    message = named(message, endpoint, name);
    return { ...endpoint, name };
  });
  return endpoints === undefined ? draft : { ...draft, message, endpoints };
}

/** The name behind the first mention: of the service, or of the host where no port stands behind its address. */
function named(message: string, endpoint: FindingEndpoint, name: string): string {
  const service = at({ address: endpoint.address, port: endpoint.port });
  const mention = endpoint.role === 'server' && message.includes(service) ? service : endpoint.address;
  const pattern = new RegExp(`(?<![\\w.:])${mention.replace(/[.[\]]/g, '\\$&')}(?![\\w:]|\\.\\d| \\()`);
  return message.replace(pattern, (found) => `${found} (${name})`);
}
