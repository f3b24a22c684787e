import { setFlagsFromString } from 'node:v8';

/**
 * How the process holds its heap, which the library leaves to its host (measured: test/bench/DEAD-ENDS.md, flags of V8). What
 * is allocated lives either for a packet or for a connection: a larger nursery saves nothing, and a heap that may double before
 * it is swept holds as much garbage as connections.
 */
export function holdHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=50');
}

/** Rows are much that lives shortly: for them the nursery may grow. */
export function growNursery(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}

/**
 * For input that may go on and on: V8 sweeps its heap when it has grown by a fifth, and moves what is left closer together.
 * Where what lives grows with the input, as rows do, that would cost half the time; of findings it is a few hundredths.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=20');
  setFlagsFromString('--optimize-for-size');
}
