import { expect, it } from 'vitest';
import { run } from '../cli/run.ts';
import { truths } from './truth.ts';

/** A rule, a recording of real Linux connections that shows it, and the words around. */
const ANOMALIES = [
  {
    rule: 'syn-flood',
    scenario: 'syn_flood',
    file: 'syn_flood.pcap',
    says: 'Three hundred SYNs with forged sources within a second, at a server without SYN cookies; one honest client in between. SYNs that nobody completes are counted per service; a scan, a service that refuses and a capture of one direction are told apart from it.',
  },
  {
    rule: 'close-wait-lingering',
    scenario: 'server_never_closes',
    file: 'server_never_closes.pcap',
    says: 'The client closes, the server’s program never does. The time counts from the client’s FIN, or from the last new byte of the server’s if that is later: who still sends is half-closed, not stuck. The capture ends before the state does, so the time is a lower bound.',
  },
  {
    rule: 'time-wait-pressure',
    scenario: 'time_wait_pressure',
    file: 'time_wait_pressure.pcap',
    says: 'A client opens and closes a hundred and twenty connections to one service. Whoever closes first keeps TIME_WAIT, and each one costs it a port for that remote address and port: so that is what is counted, and the pace is held against the ports there are.',
  },
  {
    rule: 'retransmission-burst',
    scenario: 'timeout_burst',
    file: 'timeout_burst.server.pcap',
    says: 'All data is lost for a second and a half in the middle of a transfer. The burst is one finding with its cost, the time in which nothing new was acknowledged; each retransmission is told by what made the sender repeat.',
  },
  {
    rule: 'zero-window-stall',
    scenario: 'zero_window_stall',
    file: 'zero_window_stall.client.pcap',
    says: 'The client’s program stops reading for three seconds. A zero window is a finding only where data was waiting: here the server’s probes show it. Linux’s probes carry no byte and look like keep-alives to other tools.',
  },
] as const;

/** The paragraphs of the page: output is what the command prints, cut to the blocks of one rule. */
async function page(): Promise<string> {
  const scenarios = new Map(truths().map(({ scenario, captures }) => [scenario, captures]));
  const parts = await Promise.all(
    ANOMALIES.map(async ({ rule, scenario, file, says }) => {
      expect(scenarios.get(scenario)?.map((capture) => capture.file)).toContain(file);
      const path = `fixtures/kernel/${file}`;
      const { stdout } = await run([path, '--no-config'], { tty: true, env: { NO_COLOR: '1' } });
      const blocks = stdout.split('\n\n').filter((block) => new RegExp(`#\\d+ ${rule}\\b`).test(block));
      expect(blocks.length).toBeGreaterThan(0);
      const output = blocks.join('\n\n');
      return `## ${rule}\n\n${says}\n\n\`\`\`console\n$ tcplint ${path}\n${output}\n\`\`\`\n\n[What it means, and what else it may be](rules/${rule}.md).`;
    }),
  );
  return `# Five anomalies, as real connections show them

Each capture was recorded between Linux network namespaces ([how](../fixtures/PROVENANCE.md)) and lies in \`fixtures/kernel\`. What
tcplint prints about other things in it is left out here. A test keeps this page as the program speaks.

${parts.join('\n\n')}
`;
}

it('docs/anomalies.md shows what the program prints', async () => {
  await expect(await page()).toMatchFileSnapshot(new URL('../../docs/anomalies.md', import.meta.url).pathname);
});
