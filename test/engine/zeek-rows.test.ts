import { expect, it } from 'vitest';
import { analysed, fixture } from '../fixtures.ts';

function connectionsOf(recording: string) {
  return analysed(fixture(`kernel/${recording}.pcap`), { zeek: true }).connections;
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
