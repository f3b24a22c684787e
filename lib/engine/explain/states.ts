import type { StateChange } from '../../facts/connection.ts';
import type { Entry } from '../../facts/explanation.ts';
import { STATE_NAMES } from '../../facts/state.ts';
import type { Connection, Endpoint } from '../../tcp/connection.ts';
import { CAUSES } from '../../tcp/state/events.ts';
import type { StateTrace } from '../../tcp/state/trace.ts';
import { clauseOf, ILLEGAL } from '../../tcp/state/transitions.ts';

/** Writes down what the state machine does with one segment. */
export class StateDiary implements StateTrace {
  private readonly c: Connection;
  private readonly lines: { readonly name: string; text: string }[] = [];
  private readonly before: Entry;
  private after = '';
  /** The row just looked up, if it leads to another state: it is entered next. */
  private due = -1;

  constructor(c: Connection) {
    this.c = c;
    this.before = { name: 'before', text: this.states() };
  }

  looked(e: Endpoint, event: number, from: number, to: number): void {
    const rule = `${STATE_NAMES[from]} + ${CAUSES[event]}`;
    const clause = clauseOf(from, event);
    if (to === ILLEGAL) this.add(e, `${rule}: no row; no correct endpoint shows that`);
    else if (clause === null) this.add(e, `${rule}: ignored, the segment may be of another time`);
    else this.add(e, `${rule} = ${to === from ? 'no change' : STATE_NAMES[to]} (${clause})`);
    this.due = to === ILLEGAL || to === from ? -1 : event;
  }

  entered(e: Endpoint, event: number, from: number, to: number, observed: boolean): void {
    const how = observed ? 'observed' : 'inferred';
    if (this.due === event) this.lines.at(-1)!.text += `, ${how}`;
    else this.add(e, `revised: ${STATE_NAMES[from]} + ${CAUSES[event]} = ${STATE_NAMES[to]}, ${how}`);
    this.due = -1;
  }

  takenBack(e: Endpoint, event: number, from: number, to: number): void {
    this.add(e, `${STATE_NAMES[from]} (${CAUSES[event]}) taken back: it is in ${STATE_NAMES[to]} again`);
  }

  moved(e: Endpoint, event: number): void {
    this.add(e, `the change by "${CAUSES[event]}" is moved to another segment`);
  }

  confirmed(e: Endpoint, event: number, state: number): void {
    this.add(e, `this proves that it had come to ${STATE_NAMES[state]} (${CAUSES[event]})`);
  }

  /** The segment is done with: `entries` may be asked for much later. */
  seal(): void {
    this.after = this.states();
  }

  /** Also what became of it: `final` are the changes that the timeline ascribes to this frame at the end. */
  entries(final: readonly StateChange[]): Entry[] {
    const kept = final.map(({ endpoint, state, cause, certainty, confirmedBy }) => {
      const proof =
        certainty === 'observed'
          ? ''
          : confirmedBy === null
            ? ', not confirmed'
            : `, confirmed by frame ${confirmedBy}`;
      return `${endpoint} ${state} by ${cause}${proof}`;
    });
    return [
      this.before,
      ...(this.lines.length > 0
        ? this.lines
        : [{ name: 'rows', text: 'none asked: nothing in it can change a state' }]),
      { name: 'after', text: this.after },
      { name: 'in the timeline', text: kept.join('; ') || 'nothing began with this frame' },
    ];
  }

  private add(e: Endpoint, text: string): void {
    const { client, server } = this.c;
    this.lines.push({ name: e === client ? 'client' : e === server ? 'server' : 'connection before', text });
  }

  private states(): string {
    return `client ${STATE_NAMES[this.c.client.state]}, server ${STATE_NAMES[this.c.server.state]}`;
  }
}
