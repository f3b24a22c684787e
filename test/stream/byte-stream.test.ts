import { describe, expect, it } from 'vitest';
import { DAMAGED, PROBE, UNANSWERED } from '../../lib/tcp/stream/piece.ts';
import { Rig } from './told.ts';

describe('overlaps', () => {
  it('keep the first copy, and both are told', () => {
    const told = new Rig().put(0, 'abcdef').put(2, 'cXXf').finish();
    expect(told.text).toBe('abcdef');
    expect(told.differences).toMatchObject([{ offset: 3, length: 2, differing: 2, beforeFrame: 1, keptBefore: true }]);
    expect(Buffer.from(told.differences[0]!.now).toString()).toBe('XXf');
    expect(Buffer.from(told.differences[0]!.before).toString()).toBe('def');
  });

  it('keep the last copy that came before the acknowledgment, when asked to', () => {
    const rig = new Rig({ overlaps: 'last' }).put(0, 'abcdef').put(2, 'XX');
    expect(rig.told.text).toBe('');
    rig.ack(4).put(2, 'YYZZ');
    expect(rig.told.text).toBe('abXX');
    const told = rig.ack(6).finish();
    expect(told.text).toBe('abXXZZ');
    expect(told.differences.map(({ keptBefore }) => keptBefore)).toEqual([false, true, false]);
  });

  it('of a segment that repeats a part brings the new part only', () => {
    const told = new Rig().put(0, 'abc').put(1, 'bcdef').put(8, 'ij').put(5, 'fghij').finish();
    expect(told.text).toBe('abcdefghij');
    expect(told.differences).toEqual([]);
  });

  it('are compared with what was acknowledged lately, and counted where that is forgotten', () => {
    const rig = new Rig();
    const block = new Uint8Array(10_000).fill(65);
    for (let i = 0; i < 20; i++) rig.put(i * 10_000, block).ack((i + 1) * 10_000);
    rig.put(190_000, 'B').put(0, 'B');
    expect(rig.told.differences).toHaveLength(1);
    expect([rig.stream.repeated, rig.stream.uncompared]).toEqual([2, 1]);
  });
});

describe('order', () => {
  it('is restored, and tells how long bytes waited and came late', () => {
    const rig = new Rig().put(0, 'ab', { at: 1 }).put(4, 'ef', { at: 1.25 });
    expect(rig.stream.written).toMatchObject({ offset: 4, ahead: 2, fresh: 2, late: 0 });
    rig.put(2, 'cd', { at: 1.5 });
    expect(rig.stream.written).toMatchObject({ offset: 2, ahead: 0, fresh: 2, late: 0.25 });
    expect(rig.told.text).toBe('abcdef');
    expect(rig.told.frames).toEqual([1, 3, 2]);
  });

  it('goes on beyond 2^32 bytes', () => {
    const rig = new Rig({ isn: -1_000_000 });
    const step = 1 << 29;
    for (let i = 1; i <= 12; i++)
      rig
        .put(i * step, 'x')
        .ack(i * step + 1, i * 10)
        .ack(i * step + 1, i * 10 + 6);
    const { stream } = rig;
    expect(stream.length).toBe(12 * step + 1);
    expect(rig.told.holes.reduce((sum, { length }) => sum + length, 0)).toBe(12 * (step - 1) + 1);
  });
});

describe('holes', () => {
  it('were lost before the tap, where nobody acknowledged them', () => {
    const told = new Rig().put(0, 'ab').ack(2).put(5, 'f').finish();
    expect(told.holes).toEqual([{ offset: 2, length: 3, cause: 'lost_before_tap' }]);
    expect(told.text).toBe('ab___f');
  });

  it('were not captured, where they were acknowledged', () => {
    const rig = new Rig().put(0, 'ab').put(5, 'f').ack(6, 1);
    expect(rig.told.text).toBe('ab');
    rig.ack(6, 5.9);
    expect(rig.told.text).toBe('ab');
    rig.ack(6, 6);
    expect(rig.told.text).toBe('ab___f');
    expect(rig.finish().holes).toEqual([{ offset: 2, length: 3, cause: 'not_captured' }]);
  });

  it('may be filled late: captures put acknowledgments in front of what they acknowledge', () => {
    const told = new Rig().put(0, 'ab').ack(6, 1).put(5, 'f', { at: 1.1 }).put(2, 'cde', { at: 5.5 }).finish();
    expect([told.text, told.holes]).toEqual(['abcdef', []]);
  });

  it('have two causes where a part of them was acknowledged', () => {
    const told = new Rig().put(0, 'ab').ack(4).put(8, 'i').finish();
    expect(told.holes).toEqual([
      { offset: 2, length: 2, cause: 'not_captured' },
      { offset: 4, length: 4, cause: 'lost_before_tap' },
    ]);
  });

  it('are of the snap length, where the capture keeps the beginning of each packet', () => {
    const told = new Rig().put(0, 'ab', { length: 10 }).put(10, '', { length: 5 }).put(15, 'z').finish();
    expect(told.holes).toEqual([{ offset: 2, length: 13, cause: 'snap_length' }]);
    expect(told.text).toBe(`ab${'_'.repeat(13)}z`);
  });

  it('have no known cause without acknowledgments', () => {
    expect(new Rig().put(3, 'd').finish().holes).toEqual([{ offset: 0, length: 3, cause: 'unknown' }]);
  });

  it('at the end are told if an acknowledgment or the FIN tells of them', () => {
    expect(new Rig().put(0, 'ab').ack(5).fin(4).finish().holes).toEqual([
      { offset: 2, length: 2, cause: 'not_captured' },
    ]);
    expect(new Rig().put(0, 'ab').ack(2).fin(4).finish().holes).toMatchObject([{ cause: 'lost_before_tap' }]);
    // One number more may be that of a FIN that was not seen.
    expect(new Rig().put(0, 'ab').ack(3).finish().holes).toEqual([]);
    expect(new Rig().put(0, 'ab').ack(5).finish().holes).toEqual([{ offset: 2, length: 2, cause: 'not_captured' }]);
  });

  it('end waiting when too much has come behind them', () => {
    const rig = new Rig({ limit: 4000 }).ack(0);
    for (let i = 1; i < 30; i++) rig.put(i * 100, new Uint8Array(100).fill(65));
    expect(rig.told.holes).toEqual([{ offset: 0, length: 100, cause: 'memory' }]);
    rig.put(0, 'too late');
    expect(rig.stream.uncompared).toBe(8);
    expect(rig.finish().length).toBe(3000);
  });
});

describe('doubtful bytes', () => {
  it('of a window probe are part of the stream only if they are acknowledged', () => {
    expect(new Rig().put(0, 'ab').ack(2).put(2, 'X', { doubt: PROBE }).finish().text).toBe('ab');
    expect(new Rig().put(0, 'ab').ack(2).put(2, 'X', { doubt: PROBE }).put(2, 'cd').finish().text).toBe('abcd');
    const told = new Rig().put(0, 'ab').ack(2).put(2, 'c', { doubt: PROBE }).ack(3).put(3, 'd').finish();
    expect([told.text, told.differences]).toEqual(['abcd', []]);
  });

  it('on a SYN too', () => {
    expect(new Rig().put(0, 'early', { doubt: UNANSWERED }).ack(0).put(0, 'other').finish().text).toBe('other');
    expect(new Rig().put(0, 'early', { doubt: UNANSWERED }).ack(5).put(5, '!').finish().text).toBe('early!');
    expect(new Rig().put(0, 'early', { doubt: UNANSWERED }).ack(2).put(2, 'RLY').finish().text).toBe('eaRLY');
    expect(new Rig().put(0, 'early', { doubt: UNANSWERED }).finish().text).toBe('early');
  });

  it('with a wrong checksum give way to a sound copy, and are a hole without one', () => {
    const damaged = new Rig().ack(0).put(0, 'aXc', { doubt: DAMAGED }).put(3, 'def');
    expect(damaged.told.text).toBe('');
    const sound = damaged.put(0, 'abc').ack(6).finish();
    expect([sound.text, sound.differences]).toEqual(['abcdef', []]);
    expect(damaged.stream.repeated).toBe(0);
    const lost = new Rig().ack(0).put(0, 'aXc', { doubt: DAMAGED }).put(3, 'def').finish();
    expect(lost.holes).toEqual([{ offset: 0, length: 3, cause: 'damaged' }]);
    // Acknowledged before any other copy: the receiver took it, and the sum says nothing.
    expect(new Rig().ack(0).put(0, 'aXc', { doubt: DAMAGED }).ack(3).put(0, 'abc').finish().text).toBe('aXc');
  });
});

describe('beginnings and ends', () => {
  it('in mid-connection is the lowest of the first bytes', () => {
    const rig = new Rig({ beginning: 'lowest' }).put(10, 'cd').put(8, 'ab').put(12, 'ef').ack(14);
    expect(rig.told.text).toBe('abcdef');
    expect(rig.put(4, 'old').finish().text).toBe('abcdef');
  });

  it('in mid-connection may be what the receiver waits for', () => {
    const rig = new Rig({ beginning: 'lowest' }).put(10, 'cd').ack(8).put(8, 'ab');
    expect(rig.finish().text).toBe('abcd');
    // What was under way when the capture began is no hole of the stream.
    const told = new Rig({ beginning: 'lowest' }).put(10, 'cd').ack(8).ack(12, 10).ack(12, 20).put(12, 'ef').finish();
    expect([told.text, told.holes]).toEqual(['cdef', []]);
  });

  it('comes at last without any acknowledgment', () => {
    expect(new Rig({ beginning: 'lowest' }).put(0, 'ab', { at: 1 }).put(2, 'cd', { at: 7 }).told.text).toBe('abcd');
    const rig = new Rig({ beginning: 'lowest' });
    for (let i = 0; i < 50; i++) rig.put(i * 1460, new Uint8Array(1460));
    expect(rig.told.length).toBeGreaterThan(60_000);
  });

  it('at the FIN: nothing enters the stream behind it', () => {
    const rig = new Rig().put(5, 'fgh').fin(4).put(0, 'abcdef');
    const told = rig.put(4, 'XY').finish();
    expect([told.text, told.holes, rig.stream.isComplete]).toEqual(['abcd', [], true]);
  });

  it('not at a FIN that was none: more than it was acknowledged', () => {
    const rig = new Rig().put(0, 'abc').fin(3).put(3, 'def').put(6, 'ghi');
    expect(rig.told.text).toBe('abc');
    rig.ack(4).fin(3);
    expect(rig.told.text).toBe('abc');
    rig.ack(9).fin(3);
    expect(rig.told.text).toBe('abcdefghi');
    expect([rig.finish().length, rig.stream.isComplete]).toEqual([9, false]);
  });

  it('tells what was never acknowledged', () => {
    const rig = new Rig().put(0, 'abcdef');
    expect(rig.stream.unacknowledged).toBeNull();
    rig.ack(2);
    expect(rig.stream.unacknowledged).toBe(4);
  });
});
