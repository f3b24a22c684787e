// With node:test. `node --test FILE`, in a project that has a recorded capture, run.pcap.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze } from 'tcplint';

const { findings, connections } = await analyze('run.pcap', { config: { extends: 'ci' } });

test('nothing is wrong with the traffic', () => {
  assert.deepEqual(
    findings.filter(({ severity }) => severity === 'error').map(({ message }) => message),
    [],
  );
});

test('the client closes its connections', () => {
  assert.ok(connections.length > 0);
  for (const { closedBy, closeKind, client } of connections) {
    assert.equal(closeKind, 'fin');
    assert.equal(closedBy, 'client');
    assert.ok(client.spells.some(({ state }) => state === 'TIME_WAIT'));
  }
});
