import type { ServiceFacts } from '../facts/capture.ts';
import type { ConnectionFacts, EndpointFacts, Side, StateSpell } from '../facts/connection.ts';
import type { Finding } from '../facts/finding.ts';
import { after, type Moment, secondsBetween } from '../facts/moment.ts';
import { SEVERITIES } from '../facts/rule.ts';
import type { DwellFacts, ServiceFinding, ServiceRow } from '../facts/services.ts';
import type { StateName } from '../facts/state.ts';
import { Times } from './times.ts';

/** Folds connections by server address and port: what `services` prints. Give it every connection, then the findings. */
export class ServiceRows {
  private readonly services = new Map<string, ServiceSum>();
  /** Connection number -> its service, by ordinal: findings name connections. */
  private readonly serviceOf: number[] = [];

  /** `end`: how long states that were never left are known to have lasted; the end of the capture by default. */
  add(facts: ConnectionFacts, end: Moment = after(facts.end, facts.watchedAfter)): void {
    const { address, port, name } = facts.server;
    const service = this.service(facts.connection, address, port);
    service.name ??= name;
    service.add(facts, end);
  }

  /** What `add` makes of the facts of a connection of one SYN. */
  addLone(connection: number, address: string, port: number, name: string | undefined): void {
    const service = this.service(connection, address, port);
    service.name ??= name;
    service.addLone();
  }

  private service(connection: number, address: string, port: number): ServiceSum {
    const key = keyOf(address, port);
    let service = this.services.get(key);
    if (service === undefined) {
      service = new ServiceSum(this.services.size, address, port);
      this.services.set(key, service);
    }
    this.serviceOf[connection] = service.ordinal;
    return service;
  }

  /**
   * The rows, worst first: by the severity of their worst finding and the connections that such concern, then by size.
   * `known`: CaptureFacts.traffic.services, which know how fast each service responds.
   */
  rows(findings: readonly Finding[], known: readonly ServiceFacts[]): ServiceRow[] {
    const services = [...this.services.values()];
    const found = services.map(() => new Map<string, ServiceFinding>());
    for (const finding of findings) {
      for (const [ordinal, connections] of this.concerned(finding)) note(found[ordinal]!, finding, connections);
    }
    const responses = new Map(known.map((each) => [keyOf(each.address, each.port), each.responses ?? null]));
    return services
      .map((service, ordinal) => ({
        ...service.row(),
        response: responses.get(keyOf(service.address, service.port)) ?? null,
        findings: [...found[ordinal]!.values()].sort(worseFirst),
      }))
      .sort(worseRow);
  }

  /** The services that a finding is about, by ordinal, and how many of their connections. */
  private concerned({ connections, endpoints, impact }: Finding): Map<number, number> {
    const concerned = new Map<number, number>();
    for (const connection of connections) {
      const ordinal = this.serviceOf[connection];
      if (ordinal !== undefined) concerned.set(ordinal, (concerned.get(ordinal) ?? 0) + 1);
    }
    for (const { address, port, role } of endpoints) {
      const service = role === 'server' ? this.services.get(keyOf(address, port)) : undefined;
      if (service !== undefined && !concerned.has(service.ordinal)) concerned.set(service.ordinal, 0);
    }
    // A finding lists no more than some of very many connections; about one service, it knows how many they are.
    const [only] = concerned.keys();
    if (concerned.size === 1 && impact.connections !== undefined) concerned.set(only!, impact.connections);
    return concerned;
  }
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}

/** The counters of one service. */
class ServiceSum {
  readonly ordinal: number;
  readonly address: string;
  readonly port: number;
  name: string | undefined;
  private readonly counts = {
    connections: 0,
    begun: 0,
    completed: 0,
    refused: 0,
    unanswered: 0,
    reset: 0,
    packets: 0,
    uniqueBytes: 0,
    retransmittedBytes: 0,
    dataSegments: 0,
    retransmissions: 0,
    retransmissionRuns: 0,
  };
  private readonly handshake = new Times();
  private readonly closeWait = { client: new Dwell('CLOSE_WAIT'), server: new Dwell('CLOSE_WAIT') };
  private readonly timeWait = { client: new Dwell('TIME_WAIT'), server: new Dwell('TIME_WAIT') };

  constructor(ordinal: number, address: string, port: number) {
    this.ordinal = ordinal;
    this.address = address;
    this.port = port;
  }

  add(facts: ConnectionFacts, end: Moment): void {
    const { counts } = this;
    const { handshake, client, server } = facts;
    const [syn] = handshake.syns;
    counts.connections++;
    if (syn !== undefined) {
      counts.begun++;
      if (handshake.refused !== null) counts.refused++;
      else if (server.packets === 0) counts.unanswered++;
      if (handshake.ack !== null) {
        counts.completed++;
        this.handshake.add(secondsBetween(syn.time, handshake.ack.time));
      }
    }
    if (handshake.refused === null && facts.resets.some(({ accepted }) => accepted)) counts.reset++;
    this.addFlow(client);
    this.addFlow(server);
    for (const side of ['client', 'server'] as const) {
      this.closeWait[side].add(facts[side].spells, end);
      this.timeWait[side].add(facts[side].spells, end);
    }
  }

  addLone(): void {
    const { counts } = this;
    counts.connections++;
    counts.begun++;
    counts.unanswered++;
    counts.packets++;
  }

  private addFlow(sender: EndpointFacts): void {
    const { counts } = this;
    counts.packets += sender.packets;
    counts.uniqueBytes += sender.uniqueBytes;
    counts.retransmittedBytes += sender.retransmittedBytes;
    counts.dataSegments += sender.dataSegments;
    counts.retransmissions += sender.retransmissions;
    counts.retransmissionRuns += sender.retransmissionRuns.length;
  }

  row(): Omit<ServiceRow, 'response' | 'findings'> {
    const { address, port, name, counts, handshake } = this;
    const both = (dwell: { readonly [side in Side]: Dwell }) => ({
      client: dwell.client.facts(),
      server: dwell.server.facts(),
    });
    return {
      server: { address, port, ...(name === undefined ? {} : { name }) },
      ...counts,
      handshake: handshake.facts(),
      closeWait: both(this.closeWait),
      timeWait: both(this.timeWait),
    };
  }
}

/** Time spent in one state. */
class Dwell {
  private readonly state: StateName;
  private readonly times = new Times();
  private open = 0;

  constructor(state: StateName) {
    this.state = state;
  }

  add(spells: readonly StateSpell[], captureEnd: Moment): void {
    for (const { state, start, end } of spells) {
      if (state !== this.state) continue;
      if (end === null) this.open++;
      this.times.add(secondsBetween(start, end ?? captureEnd));
    }
  }

  facts(): DwellFacts | null {
    const times = this.times.facts();
    return times === null ? null : { ...times, open: this.open };
  }
}

function note(found: Map<string, ServiceFinding>, { rule, severity }: Finding, connections: number): void {
  const key = `${rule} ${severity}`;
  const before = found.get(key);
  found.set(key, {
    rule,
    severity,
    count: (before?.count ?? 0) + 1,
    connections: (before?.connections ?? 0) + connections,
  });
}

function worseFirst(a: ServiceFinding, b: ServiceFinding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    b.connections - a.connections ||
    (a.rule < b.rule ? -1 : 1)
  );
}

function worseRow(a: ServiceRow, b: ServiceRow): number {
  const [worstOfA] = a.findings;
  const [worstOfB] = b.findings;
  const rank = (finding: ServiceFinding | undefined): number =>
    finding === undefined ? SEVERITIES.length : SEVERITIES.indexOf(finding.severity);
  const concerned = ({ findings }: ServiceRow): number =>
    findings.reduce(
      (most, each) => (each.severity === findings[0]!.severity ? Math.max(most, each.connections) : most),
      0,
    );
  return (
    rank(worstOfA) - rank(worstOfB) ||
    concerned(b) - concerned(a) ||
    b.connections - a.connections ||
    (a.server.address < b.server.address ? -1 : a.server.address > b.server.address ? 1 : a.server.port - b.server.port)
  );
}
