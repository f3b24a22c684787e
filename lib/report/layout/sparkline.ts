/** Heights of a bar, lowest first; nothing at all is a blank. */
const UNICODE = ' ▁▂▃▄▅▆▇█';
const ASCII = ' .:-=+*#@';

/** The series as one line of at most `width` bars, the highest value of each stretch showing. */
export function sparkline(series: readonly number[], width: number, unicode: boolean): string {
  const bars = unicode ? UNICODE : ASCII;
  const stretches = Math.min(width, series.length);
  const highest = series.reduce((most, value) => Math.max(most, value), 0);
  let text = '';
  for (let i = 0; i < stretches; i++) {
    const from = Math.floor((i * series.length) / stretches);
    const to = Math.floor(((i + 1) * series.length) / stretches);
    let peak = 0;
    for (let at = from; at < to; at++) peak = Math.max(peak, series[at]!);
    text += bars[highest === 0 ? 0 : Math.ceil((peak / highest) * (bars.length - 1))];
  }
  return text;
}
