/**
 * What the labels of recordings mean to the linter: the rules of which at least one must speak, in at least one capture of
 * the recording, and why those. A label without rules describes what needs no word, or what only another label can make a
 * finding of. `errors` are the rules that the label warrants at severity error.
 */
export interface Label {
  readonly says: RegExp;
  readonly rules: readonly string[];
  readonly because: string;
  readonly errors?: readonly string[];
}

const LOSS = ['retransmission-rate', 'retransmission-burst', 'timeout-backoff', 'tail-loss'] as const;
const LOSS_ERRORS = ['retransmission-rate', 'retransmission-burst'] as const;

export const LABELS: readonly Label[] = [
  {
    says: /^known bytes/i,
    rules: [],
    because: 'short streams for the comparison of contents: what goes wrong in them is too little for a warning',
    errors: [...LOSS_ERRORS, 'reset-lost-data'],
  },
  {
    says: /lost (each way|behind it)|1 in 10 lost|tiny windows/i,
    rules: [],
    because: 'fewer than a hundred segments: no rate, and no five losses together',
    errors: LOSS_ERRORS,
  },

  // Connecting
  {
    says: /accept queue overflow answered by RST|queue are reset|listener closes/i,
    rules: ['reset-lost-data', 'reset-mid-connection', 'reset-storm'],
    because: 'the server resets what its queue cannot take; the requests in it are destroyed',
    errors: ['reset-lost-data'],
  },
  {
    says: /accept queue overflow(?! answered)|final ACKs ignored|in SYN_RECV$/i,
    rules: ['accept-queue-overflow', 'final-ack-lost'],
    because: 'the final ACK is ignored and the SYN-ACK repeated; three connections of a listener make a full queue',
    errors: ['accept-queue-overflow'],
  },
  {
    says: /deferred accept/i,
    rules: ['final-ack-lost'],
    because: 'a bare final ACK that the server ignores looks the same whatever the reason; the finding names it',
  },
  {
    says: /final ACK (of the handshake lost$|never arrives)/i,
    rules: ['final-ack-lost', 'handshake-incomplete'],
    because: 'the SYN-ACK comes again although a tap saw the final ACK, or was never answered',
  },
  {
    says: /(handshake|final) ACK.*lost.*|data(?: segment)? completes the handshake|overtakes the final ACK|SYN-ACK repeated, then/i,
    rules: [],
    because: 'the next segment completes the handshake before anybody has to wait: nothing was lost but a bare ACK',
  },
  {
    says: /connection refused|many refused/i,
    rules: ['connection-refused', 'refused-storm'],
    because: 'RST or ICMP answers the SYN; many at once are a storm',
  },
  {
    says: /SYN unanswered.*(retransmi|repeated)/i,
    rules: ['syn-unanswered'],
    because: 'no answer to any SYN, and the capture lasts beyond the patience of three seconds',
  },
  {
    says: /SYN unanswered.*gives up/i,
    rules: [],
    because: 'the program gave up before the three seconds after which silence counts as proof',
  },
  {
    says: /^SYN-ACK never answered/i,
    rules: ['handshake-incomplete'],
    because: 'the server repeats its SYN-ACK, and the final ACK never comes',
  },
  {
    says: /SYN(-ACK)? lost(?! between tap|.*one of)|SYN repeated|SYN and SYN-ACK repeated|until the connection stands|SYN-ACK 1\.3 s late/i,
    rules: ['syn-retransmitted'],
    because: 'the handshake succeeds a second or more late, after SYN or SYN-ACK came again',
  },
  { says: /SYN-ACK lost between tap/i, rules: ['syn-retransmitted'], because: 'as above, seen from before the loss' },
  {
    says: /slow handshake|between SYN and SYN-ACK/i,
    rules: [],
    because: '0.7 s is below the second at which a handshake is slow, and no usual time is known',
  },
  {
    says: /simultaneous open/i,
    rules: ['simultaneous-open'],
    because: 'both SYNs cross before any answer',
  },
  {
    says: /SYN-ACKs? lost$|SYN and SYN-ACK doubled|doubled by the network/i,
    rules: [],
    because: 'a part of what another label says',
  },
  {
    says: /Fast Open ignored/i,
    rules: ['syn-data-ignored'],
    because: 'the SYN-ACK acknowledges the SYN alone, and the data comes again',
  },
  { says: /Fast Open/i, rules: [], because: 'Fast Open at work' },
  {
    says: /no window scale|small MSS/i,
    rules: ['window-scale-one-sided', 'mss-small'],
    because: 'what one SYN offers and the other does not answer',
  },
  {
    says: /^SYN meets (a connection|TIME_WAIT)|inside a connection/i,
    rules: ['syn-in-connection', 'time-wait-reuse', 'synack-wrong-ack'],
    because: 'the peer holds an older connection: a challenge ACK or an ACK of old numbers answers',
  },
  {
    says: /4-tuple reused|same ports again/i,
    rules: ['time-wait-reuse', 'reset-mid-connection'],
    because: 'a SYN meets TIME_WAIT, or follows a reset',
  },
  {
    says: /old segment turns up/i,
    rules: ['old-duplicate'],
    because: 'numbers of the connection before, in the next one of the same ports',
  },

  // Many at once
  {
    says: /SYN[ -]flood/i,
    rules: ['syn-flood'],
    because: 'more than a hundred handshakes within seconds are never completed',
    errors: ['syn-flood'],
  },
  {
    says: /half-open connections pile up|sync?ookies|SYN cookies|gives up in SYN_RECV/i,
    rules: [],
    because: 'how the server goes on',
  },
  { says: /scan|\d+ (ports|open|filtered)/i, rules: ['port-scan'], because: 'one source tries many ports of one host' },
  {
    says: /close-wait leak/i,
    rules: ['close-wait-leak'],
    because: 'connections of one service in CLOSE_WAIT only become more',
    errors: ['close-wait-leak'],
  },
  {
    says: /TIME_WAIT pressure/i,
    rules: ['time-wait-pressure'],
    because: 'a hundred and more at once for one remote address and port',
  },
  { says: /short connections|TIME_WAIT piles up/i, rules: [], because: 'too few for a note: that begins at a hundred' },
  {
    says: /pool of connections/i,
    rules: ['reset-mid-connection', 'reset-lost-data', 'reset-storm'],
    because: 'some are reset',
  },

  // Closing
  {
    says: /close-wait lingering|never closes/i,
    rules: ['close-wait-lingering'],
    because: 'more than five seconds between the peer’s FIN and an own one, if the capture lasts so long',
  },
  {
    says: /FIN_WAIT_?2 for \d\d s/i,
    rules: ['fin-wait-2-lingering'],
    because: 'a minute without the peer’s FIN',
  },
  { says: /FIN_WAIT_?2/i, rules: [], because: 'the peer’s CLOSE_WAIT is the finding, or it is below a minute' },
  {
    says: /FIN never (acknowledged|arrives)/i,
    rules: ['fin-wait-1-stuck', 'last-ack-stuck'],
    because: 'three FINs and more without an ACK',
  },
  {
    says: /FIN lost|FIN repeated|retransmits its FIN|FIN retransmitted|last ACK lost$|ACK of a FIN lost/i,
    rules: ['fin-retransmitted'],
    because: 'a FIN comes again, and is acknowledged then',
  },
  { says: /re-acknowledges|final ACK lost: server in LAST_ACK/i, rules: ['fin-retransmitted'], because: 'as above' },
  {
    says: /FIN is on its way/i,
    rules: ['abortive-close'],
    because: 'the RST takes the place of a FIN, and nothing was under way',
  },
  { says: /downloads queue/i, rules: [], because: 'short transfers: what they wait for is each other' },
  {
    says: /simultaneous close/i,
    rules: ['simultaneous-close'],
    because: 'the FINs cross',
  },
  {
    says: /data after close|answered by RST$|late data is answered by RST/i,
    rules: ['data-after-close', 'reset-after-idle', 'reset-lost-data'],
    because: 'what reaches a closed or forgotten socket is lost; after a minute of silence the silence is the story',
    errors: ['reset-lost-data'],
  },
  { says: /half-clos(e|ed)\b(?!.*RST)/i, rules: [], because: '`half-close` is off unless asked for: it is legal' },
  {
    says: /reset after half-close|ended by RST/i,
    rules: ['abortive-close', 'reset-lost-data'],
    because: 'RST in place of a FIN',
  },
  {
    says: /closes first|normal close|FIN in one segment|both (pass|end)|ends? in TIME_WAIT|all four segments|comes late, alone/i,
    rules: [],
    because: 'how closing goes',
  },

  // Resets
  {
    says: /reset by client \(SO_LINGER 0\)|reset of a connection nobody accepted/i,
    rules: ['reset-mid-connection', 'reset-lost-data'],
    because: 'RST in ESTABLISHED with nothing outstanding',
    errors: ['reset-lost-data'],
  },
  {
    says: /reset in the middle of a transfer|unread data|reset with unread|reset lost/i,
    rules: ['reset-lost-data', 'reset-mid-connection', 'abortive-close'],
    because: 'RST while bytes are under way, or requests were never answered',
    errors: ['reset-lost-data'],
  },
  {
    says: /forged RST|blind RST/i,
    rules: ['reset-suspicious'],
    because: 'its alleged sender talks on, and TTL or IP ID are not its own',
  },
  { says: /blind data/i, rules: ['out-of-window'], because: 'numbers that the receiver cannot accept' },
  {
    says: /forgotten the connection|: no answer/i,
    rules: ['reset-after-idle', 'blackhole'],
    because: 'after a minute of silence the next data meets nothing',
    errors: ['blackhole'],
  },
  {
    says: /user timeout|gives up$|black hole: the request/i,
    rules: ['timeout-backoff', 'blackhole'],
    because: 'the same data again at growing intervals, until the sender gives up',
    errors: ['blackhole'],
  },
  { says: /RST sent into the void/i, rules: [], because: 'the unanswered probes before it are the finding' },

  // Loss
  {
    says: /PMTU black hole/i,
    rules: ['path-mtu-blackhole', 'blackhole'],
    because: 'large segments vanish and small ones pass; where nothing small was sent, a black hole like any other',
    errors: ['path-mtu-blackhole', 'blackhole'],
  },
  {
    says: /burst loss|lost for [\d.]+ s|RTO (retransmissions|backoff)|with back-off|delay spike/i,
    rules: [...LOSS, 'spurious-retransmission', 'blackhole', 'path-mtu-blackhole'],
    because: 'five retransmissions together, or three timeouts in a row',
    errors: [...LOSS_ERRORS, 'blackhole', 'path-mtu-blackhole'],
  },
  {
    says: /\d+ % (random )?(loss|lost)|lossy download/i,
    rules: [...LOSS, 'capture-one-sided'],
    because: 'one per cent of the bytes sent again, or several close together',
    errors: LOSS_ERRORS,
  },
  {
    says: /loss and reordering|loss, reordering/i,
    rules: [...LOSS, 'reordering'],
    because: 'as for loss and for reordering',
    errors: LOSS_ERRORS,
  },
  {
    says: /^tail loss/i,
    rules: ['tail-loss', 'timeout-backoff'],
    because: 'the end of a burst is lost; a probe or a timeout repairs it',
  },
  {
    says: /fast retransmits|DSACKs|no RTO|retransmissions (lost|, if any|of what)|what was corrupted|merged|timeouts?$/i,
    rules: [],
    because: 'how it was repaired',
  },
  {
    says: /reordering only|adjacent swaps|^late originals|, reordered/i,
    rules: ['reordering', 'spurious-retransmission', 'duplicate-ack-storm', ...LOSS],
    because: 'late segments, where the tap lies behind the reordering; else the needless retransmissions they cause',
    errors: LOSS_ERRORS,
  },
  {
    says: /^(late )?network duplicates/i,
    rules: ['network-duplicates'],
    because: 'the receiver’s D-SACK proves that both copies arrived',
  },
  {
    says: /loss|\blost\b|hole before the FIN|overtakes|out of order|doubled|spurious|split|CE marks|duplicate ACKs/i,
    rules: [],
    because: 'few packets: notes at most',
    errors: LOSS_ERRORS,
  },
  {
    says: /bad checksums|some damaged/i,
    rules: ['bad-checksum'],
    because: 'damage on the way, where the receiving side is captured',
  },

  // Windows and time
  {
    says: /zero[- ]window.*(never recovers|to the end)/i,
    rules: ['zero-window-dead'],
    because: 'no usable window again',
    errors: ['zero-window-dead', 'zero-window-stall'],
  },
  {
    says: /zero[- ]window|window update lost|reader that pauses/i,
    rules: ['zero-window-stall', 'zero-window-dead'],
    because: 'the window was shut for 200 ms or more while data waited',
    errors: ['zero-window-stall', 'zero-window-dead'],
  },
  { says: /window probes|then recovers|receiver aborts/i, rules: [], because: 'a part of the stall' },
  {
    says: /window-limited/i,
    rules: ['window-limited'],
    because: 'the window is full for a third of the time',
  },
  {
    says: /Nagle against/i,
    rules: ['nagle-delayed-ack'],
    because: 'ten rounds and more of the two waiting for each other',
  },
  {
    says: /bloated queue/i,
    rules: ['rtt-inflated'],
    because: 'round trips grow to four times and 100 ms more under load',
  },
  { says: /slow response/i, rules: ['slow-response'], because: 'a second and more between request and answer' },
  {
    says: /keep-alive probes unanswered/i,
    rules: ['keep-alive-unanswered'],
    because: 'three probes and more in a row',
  },
  { says: /keep-alive|urgent ones/i, rules: [], because: 'what is answered is no trouble' },
  { says: /^urgent data/i, rules: ['urgent-data'], because: 'the URG flag' },

  // The capture
  {
    says: /mid-connection|capture starts (with|between|in)/i,
    rules: ['capture-midstream'],
    because: 'no SYN in the file, unless it begins with its answer',
  },
  {
    says: /any-interface|mirror port/i,
    rules: ['capture-duplicates'],
    because: 'one transmission recorded twice',
  },
  {
    says: /super-segments|segmentation offload|all offloads/i,
    rules: ['capture-offload'],
    because: 'longer than the MSS: the card cuts later',
  },
  { says: /snap lengths/i, rules: ['capture-snaplen'], because: 'frames cut short' },
  {
    says: /one-sided captures/i,
    rules: ['capture-one-sided'],
    because: 'one direction acknowledges what the file lacks',
  },

  {
    says: /^clean |loopback|nanosecond|in mid-transfer|wrap|known bytes|IPv6|in parallel|retransmissions?$|bulk data/i,
    rules: [],
    because: 'nothing is wrong, or another label says what',
    errors: LOSS_ERRORS,
  },
];
