import { describe, expect, it } from 'vitest';
import { RULES } from '../../lib/rules/index.ts';
import { lintScript } from './fixture.ts';

const ENDS = 'client 10.0.0.1:40000 -> server 10.0.0.2:80';

const EXCHANGE = `${ENDS}
0     > S 0:0(0) <mss 1460,sackOK,wscale 7>
+0.01 < S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7>
+0.01 > . 1:1(0) ack 1 win 502
+0    > P. 1:101(100) ack 1 win 502
+0.01 < P. 1:501(500) ack 101 win 502
+0.01 > . 101:101(0) ack 501 win 501`;

/** What one rule says of a scenario that neither its fixture nor its near miss shows. */
interface Scenario {
  readonly rule: string;
  readonly what: string;
  readonly script: string;
  /** Severity and sentence of each finding. */
  readonly told: readonly string[];
}

const SCENARIOS: readonly Scenario[] = [
  {
    rule: 'handshake-incomplete',
    what: 'is silent where no packet of the client was captured: it may have finished its handshake',
    script: `end 10
${ENDS}
0  < S. 0:0(0) ack 1 <mss 1460>
+1 < S. 0:0(0) ack 1 <mss 1460>`,
    told: [],
  },
  {
    rule: 'reset-lost-data',
    what: 'may have destroyed a later request that was acknowledged and not answered, though not for sure',
    script: `${EXCHANGE}
+1    > P. 101:201(100) ack 501 win 501
+0.01 < . 501:501(0) ack 201 win 502
+5    < R. 501:501(0) ack 201 win 502`,
    told: [
      'warning: Server 10.0.0.2:80 reset the connection and destroyed perhaps a request from client 10.0.0.1:40000, acknowledged but never answered, and maybe not read.',
    ],
  },
  {
    rule: 'reset-lost-data',
    what: 'is silent where the last request was answered',
    script: `${EXCHANGE}
+1    < R. 501:501(0) ack 101 win 502`,
    told: [],
  },
  {
    rule: 'reset-lost-data',
    what: 'is silent where what was not answered is older than what makes a connection idle',
    script: `${EXCHANGE}
+1    > P. 101:201(100) ack 501 win 501
+0.01 < . 501:501(0) ack 201 win 502
+60   < R. 501:501(0) ack 201 win 502`,
    told: [],
  },
  ...[
    { end: 14, told: [] },
    {
      end: 14.1,
      told: [
        'warning: The last 3 keep-alive probes of client 10.0.0.1:40000 to server 10.0.0.2:80, 1 s apart, got no answer.',
      ],
    },
  ].map(({ end, told }) => ({
    rule: 'keep-alive-unanswered',
    what: `waits 3 s from the first probe without an answer, whatever was answered before (${end} s)`,
    script: `end ${end}
${EXCHANGE}
+10   > . 100:100(0) ack 501 win 501
+0.01 < . 501:501(0) ack 101 win 502
+0.99 > . 100:100(0) ack 501 win 501
+1    > . 100:100(0) ack 501 win 501
+1    > . 100:100(0) ack 501 win 501`,
    told,
  })),
  {
    rule: 'urgent-data',
    what: 'is silent where URG comes without data',
    script: `${ENDS}
0  > FPU 0:0(0)
+1 > FPU 0:0(0)`,
    told: [],
  },
  {
    rule: 'fin-retransmitted',
    what: 'is silent where FINs cross and the ACK of the other bears the own once more, as BSD has it',
    script: `${EXCHANGE}
+1    > F. 101:101(0) ack 501 win 501
+0.005 < F. 501:501(0) ack 101 win 502
+0.0001 > F. 101:101(0) ack 502 win 501
+0.01 < . 502:502(0) ack 102 win 502`,
    told: [],
  },
  {
    rule: 'fin-retransmitted',
    what: 'says of the ACK that it was lost or late where the FIN is known to have arrived',
    script: `${EXCHANGE}
+1    < F. 501:501(0) ack 101 win 502
+0.01 > F. 101:101(0) ack 502 win 501
+0.01 < . 502:502(0) ack 102 win 502
+0.25 > F. 101:101(0) ack 502 win 501
+0.01 < . 502:502(0) ack 102 win 502`,
    told: [
      'note: Client 10.0.0.1:40000 sent its FIN twice: the first had arrived, but the ACK of server 10.0.0.2:80 was lost or came late; acknowledged after 270 ms.',
    ],
  },
  {
    rule: 'data-after-close',
    what: 'adds up what several late segments lost, each with a reset of its own',
    script: `${EXCHANGE}
+1     < F. 501:501(0) ack 101 win 502
+0.01  > . 101:101(0) ack 502 win 501
+0.001 > P. 101:201(100) ack 502 win 501
+0.001 < R 502:502(0) win 0
+0.001 > P. 201:1201(1000) ack 502 win 501
+0.001 < R 502:502(0) win 0`,
    told: [
      'warning: Server 10.0.0.2:80 had closed; 1,100 bytes that client 10.0.0.1:40000 sent up to 13 ms later were answered by RST and lost.',
    ],
  },
  {
    rule: 'final-ack-lost',
    what: 'is a warning from the second repeat on, though nothing else was ignored',
    script: `${ENDS}
0     > S 0:0(0) <mss 1460>
+0.01 < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1
+1    < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1
+2    < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1
+0.01 < P. 1:501(500) ack 1
+0.01 > . 1:1(0) ack 501`,
    told: [
      'warning: Server 10.0.0.2:80 repeated its SYN-ACK twice although client 10.0.0.1:40000 had acknowledged it: it was not ready for 3.03 s.',
    ],
  },
  {
    rule: 'window-scale-one-sided',
    what: 'takes a shift of zero for the offer that it is',
    script: `${ENDS}
0     > S 0:0(0) <mss 1460,wscale 0>
+0.01 < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1`,
    told: [
      'note: Server 10.0.0.2:80 answered without the window scaling that client 10.0.0.1:40000 offered: windows stay below 64 KiB.',
    ],
  },
];

describe('scenarios', () => {
  for (const { rule, what, script, told } of SCENARIOS) {
    it(`${rule} ${what}`, () => {
      const rules = RULES.filter(({ meta }) => meta.id === rule);
      const found = lintScript(script, rules, { extends: 'postmortem' });
      expect(found.map(({ severity, message }) => `${severity}: ${message}`)).toEqual(told);
    });
  }
});
