import type { ConnectionFacts, StateChange } from '../../facts/connection.ts';
import { epoch } from '../../facts/moment.ts';

/** One state change as `timeline` prints it: the change, and the connection that it belongs to. */
export interface StateChangeRow {
  readonly facts: ConnectionFacts;
  readonly change: StateChange;
}

export function stateChangeShape({ facts, change }: StateChangeRow): object {
  const { address, port } = facts[change.endpoint];
  return {
    connection: facts.connection,
    stream: facts.streams[0],
    endpoint: change.endpoint,
    address,
    port,
    time: epoch(change.time),
    previous: change.previous,
    state: change.state,
    frame: change.frame,
    cause: change.cause,
    certainty: change.certainty,
    confirmedBy: change.confirmedBy,
  };
}
