import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type NameOf, nameOf, parseHosts } from '../lint/names.ts';
import { findConfigFile } from './config.ts';
import { CliError } from './exit.ts';
import { reason } from './output.ts';

/** What commander hands over of the options that name hosts. */
export interface NameOptions {
  readonly config?: string | boolean;
  /** A hosts file; it wins over the configuration's. */
  readonly hosts?: string;
}

/** Who is called what, by the configuration and the hosts file. */
export async function loadNames(options: NameOptions): Promise<NameOf> {
  const { path, config } = await findConfigFile(options.config);
  const told = config.hostsFile === undefined ? null : resolve(dirname(path!), config.hostsFile);
  const hosts = options.hosts ?? told;
  return nameOf(config.names ?? {}, hosts === null ? {} : readHosts(hosts));
}

function readHosts(path: string): { readonly [address: string]: string } {
  try {
    return parseHosts(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new CliError(`${path}: ${reason(error)}`);
  }
}
