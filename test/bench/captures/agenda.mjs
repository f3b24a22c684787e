/** Things to do at times to come, earliest first; those of one time in the order in which they were planned. */
export class Agenda {
  constructor() {
    this.heap = [];
    this.planned = 0;
    this.now = 0;
  }

  /** `action` runs `delay` microseconds from now. */
  after(delay, action) {
    this.push({ time: this.now + delay, order: this.planned++, action });
  }

  run() {
    while (this.heap.length > 0) {
      const item = this.pop();
      this.now = item.time;
      item.action();
    }
  }

  push(item) {
    const { heap } = this;
    let index = heap.length;
    heap.push(item);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!earlier(item, heap[parent])) break;
      heap[index] = heap[parent];
      index = parent;
    }
    heap[index] = item;
  }

  pop() {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1], heap[child])) child++;
      if (!earlier(heap[child], last)) break;
      heap[index] = heap[child];
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function earlier(a, b) {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
