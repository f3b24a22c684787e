import { Int32Columns } from '../../bytes/columns.ts';
import { ACKS_WIDTH } from './recent-acks.ts';
import { Records } from './records.ts';

/** What the judge keeps for all connections of one analysis: pools of records, which flows link to by index. */
export class Memory {
  /** Transmissions, see history.ts. */
  readonly sent: Records = new Records();
  /** Fingerprints of pure ACKs, see recent-acks.ts. */
  readonly acks: Int32Columns = new Int32Columns(ACKS_WIDTH);
}
