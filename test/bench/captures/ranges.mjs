/** Disjoint ranges of numbers, ascending: `[from, to)`. */
export class Ranges {
  constructor() {
    this.list = [];
  }

  get isEmpty() {
    return this.list.length === 0;
  }

  get highest() {
    return this.list.length === 0 ? -1 : this.list[this.list.length - 1][1];
  }

  add(from, to) {
    const { list } = this;
    let index = list.length;
    while (index > 0 && list[index - 1][0] > from) index--;
    if (index > 0 && list[index - 1][1] >= from) {
      index--;
      if (list[index][1] >= to) return;
      list[index][1] = to;
    } else {
      list.splice(index, 0, [from, to]);
    }
    while (index + 1 < list.length && list[index + 1][0] <= list[index][1]) {
      list[index][1] = Math.max(list[index][1], list[index + 1][1]);
      list.splice(index + 1, 1);
    }
  }

  /** Forgets all below `limit`; returns how far the first range now reaches on from it without a hole. */
  advance(limit) {
    let reached = limit;
    while (this.list.length > 0 && this.list[0][0] <= reached) {
      reached = Math.max(reached, this.list[0][1]);
      this.list.shift();
    }
    return reached;
  }

  covers(value) {
    return this.list.some(([from, to]) => from <= value && value < to);
  }
}
