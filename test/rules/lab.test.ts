import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../lib/facts/finding.ts';
import { RULES } from '../../lib/rules/index.ts';
import { lintBytes } from './fixture.ts';

const LAB = fileURLToPath(new URL('../../fixtures/kernel', import.meta.url));

/**
 * What must be found in recordings of the Linux kernel (in at least one capture of the scenario, whatever the tap saw),
 * `!` where it must be an error. A scenario that is not named here shows no error; a clean one no warning either.
 */
const MUST: { readonly [scenario: string]: readonly string[] } = {
  accept_queue_abort: ['reset-lost-data!'],
  accept_queue_drained: ['final-ack-lost|accept-queue-overflow'],
  accept_queue_full: ['final-ack-lost|accept-queue-overflow'],
  any_on_bridge: ['capture-duplicates'],
  any_on_router: ['capture-duplicates'],
  bad_radio: ['retransmission-rate', 'reordering'],
  black_hole_gives_up: ['blackhole!'],
  blind_reset_in_window: ['reset-suspicious'],
  blind_syn: ['syn-in-connection'],
  close_wait_leak: ['close-wait-leak!'],
  defer_accept: ['final-ack-lost'],
  delay_spike: ['reordering|spurious-retransmission'],
  fin_wait_1_stuck: ['fin-wait-1-stuck'],
  fin_wait_2_timeout: ['data-after-close'],
  final_ack_never: ['final-ack-lost'],
  forged_reset_exact: ['reset-suspicious'],
  forgotten_after_idle: ['blackhole|reset-after-idle'],
  keepalive_dead: ['keep-alive-unanswered'],
  last_ack_lost: ['fin-retransmitted'],
  last_ack_stuck: ['last-ack-stuck'],
  loss2: ['retransmission-rate'],
  loss5_v6: ['retransmission-rate!'],
  mirrored_twice: ['capture-duplicates'],
  mtu_black_hole: ['path-mtu-blackhole|blackhole!'],
  midstream: ['capture-midstream'],
  options_one_sided: ['sack-one-sided', 'timestamps-one-sided', 'window-scale-one-sided'],
  rebooted_client: ['syn-in-connection'],
  rebooted_server: ['reset-lost-data!'],
  refused_icmp: ['connection-refused'],
  refused_rst: ['connection-refused'],
  refused_storm: ['refused-storm'],
  reorder_adjacent: ['reordering'],
  reorder_and_loss: ['reordering'],
  reorder_late: ['reordering'],
  reset_after_idle: ['reset-after-idle|reset-lost-data'],
  reset_data_after_close: ['data-after-close'],
  reset_linger_zero: ['reset-mid-connection'],
  reset_mid_transfer: ['reset-lost-data'],
  reset_unread_data: ['reset-mid-connection|reset-lost-data'],
  scan_half_open: ['handshake-incomplete|port-scan'],
  simultaneous_close: ['simultaneous-close'],
  simultaneous_open_far_tap: ['simultaneous-open'],
  syn_black_hole: ['syn-unanswered'],
  syn_flood: ['syn-flood!'],
  syn_flood_cookies: ['syn-flood!'],
  syn_lost_before_tap: ['syn-retransmitted'],
  syn_lost_twice: ['syn-retransmitted'],
  synack_lost_behind_tap_v6: ['syn-retransmitted'],
  synack_unanswered: ['handshake-incomplete'],
  tail_loss: ['tail-loss'],
  time_wait_reused: ['time-wait-reuse'],
  timeout_burst: ['timeout-backoff', 'retransmission-burst'],
  window_limited: ['window-limited'],
  window_probes_lost: ['zero-window-stall'],
  window_update_lost: ['zero-window-stall'],
  zero_window_dead: ['zero-window-dead!'],
  zero_window_stall: ['zero-window-stall'],
  zero_window_stall_v6: ['zero-window-stall'],
  zero_window_stuck: ['zero-window-dead!'],
};

/** Errors that a scenario's losses may well earn besides. */
const HEAVY_LOSS =
  /^(loss|lost|chat|bad_radio|delay_spike|timeout_burst|initial_window|parallel|wrap|mirrored_twice_loss|one_sided_loss|reorder_and|small_writes|half_close_loss|midstream_loss|user_timeout|black|forgotten)/;

/** Nothing went wrong here, and nothing may be said to have. */
const CLEAN = [
  'begins_with_final_ack',
  'client_closes',
  'client_closes_ns',
  'ends_midstream',
  'fast_open_accepted',
  'fin_with_data',
  'four_way_close',
  'isn_at_the_end',
  'keepalive_answered',
  'loopback',
  'midstream',
  'offload_exchange',
  'reorder_acks',
  'server_closes_v6',
  'simultaneous_close',
  'snap_lengths',
  'syn_cookies',
];

describe('recordings of the kernel', () => {
  const found = new Map<string, Finding[]>();

  beforeAll(() => {
    for (const file of readdirSync(LAB).sort()) {
      if (!file.endsWith('.pcap')) continue;
      const scenario = file.slice(0, file.indexOf('.'));
      const findings = lintBytes(readFileSync(`${LAB}/${file}`), RULES);
      found.set(scenario, [...(found.get(scenario) ?? []), ...findings]);
    }
  }, 120_000);

  it.each(Object.entries(MUST))('%s shows %j', (scenario, rules) => {
    const findings = found.get(scenario) ?? [];
    for (const wanted of rules) {
      const ids = wanted.replace('!', '').split('|');
      const severity = wanted.endsWith('!') ? 'error' : /./;
      const hits = findings.filter((finding) => ids.includes(finding.rule));
      expect(hits.map((finding) => finding.severity).join(' '), `${scenario}: ${wanted}`).toMatch(severity);
    }
  });

  it('shows no error that its scenario does not warrant', () => {
    const wrong = [...found].flatMap(([scenario, findings]) => {
      const allowed = (MUST[scenario] ?? []).filter((rule) => rule.endsWith('!')).join(' ');
      return findings
        .filter(({ severity, rule }) => severity === 'error' && !allowed.includes(rule) && !HEAVY_LOSS.test(scenario))
        .map(({ message }) => `${scenario}: ${message}`);
    });
    expect(wrong).toEqual([]);
  });

  it.each(CLEAN)('%s is told nothing at warning or above', (scenario) => {
    const loud = (found.get(scenario) ?? []).filter(({ severity }) => severity !== 'note');
    expect(loud.map(({ message }) => message)).toEqual([]);
    expect(found.has(scenario)).toBe(true);
  });
});
