import { EXCHANGED, IDLE } from '../../facts/notes.ts';
import { at, duration } from '../../facts/wording.ts';
import { givenUp } from '../given-up.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'slow-response',
    family: 'latency',
    scope: 'connection',
    summary:
      'The server took long to begin its answer to a request, longer than the way there and back, or never answered.',
    why: 'This is the part of the wait that no network change will improve.',
    likelyCauses: ['The server’s program, or something it waits for in turn (a database, another service, a lock).'],
    nextSteps: ['Find the request in the server’s log by its time and client address, and see where its time went.'],
    confirm: 'Set the time column to delta: the ACK of the request comes at once, the first data of the answer late.',
    references: ['RFC 9293 3.8'],
    severity: 'note',
    options: {
      seconds: {
        default: 1,
        unit: 's',
        least: 0.5,
        description: 'Time to the first byte of the response, less the path’s round trip.',
      },
      times: { default: 5, unit: 'ratio', description: 'Times the service’s median that make it a warning,' },
      responses: { default: 10, unit: 'count', description: 'if that median rests on at least so many responses.' },
    },
    needs: ['bothSides'],
    wakes: EXCHANGED | IDLE,
    falsePositives: [
      'Long polls, server-sent events and streams look alike: nobody is waiting for those.',
      'A request that was held up behind the tap: then its ACK comes as late as the answer.',
      'A last message that needs no answer, on a connection that its client closes long after.',
    ],
    others: 'tshark has response times per protocol; ntopng shows application latency without comparing it.',
  },

  connection(facts, options) {
    const { responses, client, server } = facts;
    if (responses === undefined || responses.worst.seconds < options.seconds) return givenUp(facts, options.seconds);
    const { worst, service } = responses;
    const unusual =
      service !== undefined && service.count >= options.responses && worst.seconds >= options.times * service.p50;
    const usual = unusual
      ? `, ${Math.round(worst.seconds / service.p50)} times this service’s median of ${duration(service.p50)}`
      : '';
    return {
      severity: unusual ? 'warning' : 'note',
      confidence: unusual ? 'medium' : 'low',
      message: `Server ${at(server)} took ${duration(worst.seconds)} to begin its answer to client ${at(client)}${usual}, the path’s round trip not counted.`,
      together: `Server ${at(server)} was slow to answer on {connections} from {clients}: ${duration(worst.seconds)} at worst${usual}.`,
      side: 'server',
      frames: [worst.request.frame, worst.response.frame],
      start: worst.request.time,
      end: worst.response.time,
      impact: { seconds: worst.seconds },
      evidence: {
        responses: responses.count,
        medianSeconds: Number(responses.p50.toFixed(6)),
        serviceMedianSeconds: service === undefined ? null : Number(service.p50.toFixed(6)),
      },
    };
  },
});
