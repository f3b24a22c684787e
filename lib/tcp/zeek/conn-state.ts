import {
  CLOSED,
  ESTABLISHED,
  INACTIVE,
  PARTIAL,
  RESET,
  SYN_ACK_SENT,
  SYN_SENT,
  type ZeekEndpoint,
} from './endpoint.ts';

/** Zeek's `conn_state` of two endpoints and their history, asked in Zeek's order: the first match wins. */
export function connState(originator: ZeekEndpoint, responder: ZeekEndpoint, history: string): string {
  const from = originator.state;
  const to = responder.state;
  const originatorSilent = from === INACTIVE || from === PARTIAL;
  const responderSilent = to === INACTIVE || to === PARTIAL;
  if (to === RESET) {
    if (from === SYN_SENT || from === SYN_ACK_SENT) return 'REJ';
    if (from === RESET && originator.size(responder) === 0 && responder.size(originator) === 0) return 'REJ';
    return originatorSilent ? 'RSTRH' : 'RSTR';
  }
  if (from === RESET) {
    if (!responderSilent) return 'RSTO';
    return /^\^?S[^HAFGIQ]*R/.test(history) ? 'RSTOS0' : 'OTH';
  }
  if (from === CLOSED && to === CLOSED) return 'SF';
  if (from === CLOSED) return responderSilent ? 'SH' : 'S2';
  if (to === CLOSED) return originatorSilent ? 'SHR' : 'S3';
  if (from === SYN_SENT && to === INACTIVE) return 'S0';
  return from === ESTABLISHED && to === ESTABLISHED ? 'S1' : 'OTH';
}
