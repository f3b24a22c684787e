// With vitest. A rule of the project's own beside those of the preset.
import { analyze, defineRule } from 'tcplint';
import { expect, test } from 'vitest';

const noPlainHttp = defineRule({
  meta: {
    id: 'no-plain-http',
    family: 'protocol',
    scope: 'connection',
    summary: 'Somebody speaks to port 80.',
    why: 'It is switched off soon.',
    likelyCauses: [],
    nextSteps: ['Use port 443.'],
    references: [],
    severity: 'error',
    options: { port: { default: 80, unit: 'count', description: 'The port that nobody should use.' } },
    needs: [],
    falsePositives: [],
  },
  connection: ({ client, server, start, end, firstFrame }, { port }) =>
    server.port !== port
      ? null
      : {
          confidence: 'high',
          message: `${client.address} speaks to ${server.address}:${port}.`,
          frames: [firstFrame],
          start,
          end,
          impact: {},
          evidence: {},
        },
});

test('the traffic is as it should be', async () => {
  const { findings } = await analyze('run.pcap', {
    rules: [noPlainHttp],
    config: {
      extends: 'ci',
      expect: [{ where: 'bytes > 0', atLeast: 1 }, { state: 'CLOSE_WAIT', rule: 'close-wait-lingering', atMost: 0 }],
    },
  });
  expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
});
