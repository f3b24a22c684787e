import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';

function connectionsOf(recording: string): ConnectionFacts[] {
  const out: ConnectionFacts[] = [];
  const analyzer = new Analyzer({ zeek: true, onConnection: (facts) => out.push(facts) });
  analyzer.write(readFileSync(new URL(`../../fixtures/kernel/${recording}.pcap`, import.meta.url)));
  analyzer.end();
  return out;
}

it('the SYN that had seemed to stray, and what answered it, are in the rows of the connection that it began', () => {
  const [before, after] = connectionsOf('rebooted_client.client');
  expect(before!.furtherZeekRows).toBeUndefined();
  expect(after!.history).toMatch(/^Sh/);
  expect(after!.furtherZeekRows![0]).toMatchObject({ history: 'SaR', firstFrame: after!.firstFrame });
});

it('a SYN that strays into a live connection makes a row of its own in Zeek, and no connection here', () => {
  const connections = connectionsOf('blind_syn.server');
  expect(connections).toHaveLength(1);
  expect(connections[0]!.furtherZeekRows!.length).toBeGreaterThan(0);
});
