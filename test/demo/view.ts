/**
 * The story on a terminal: finished steps stay, with the time since the start and how long each took; under them one line lives
 * and says what is being waited for.
 *
 * Where there is no terminal the lines are plain and none is rewritten; a step that takes long then says so now and then.
 */
import { performance } from 'node:perf_hooks';
import { cut, type Paint, painter, widthOf, wrap } from './paint.ts';

export interface View {
  readonly paint: Paint;
  /** Seconds since the program began. */
  elapsed(): number;
  heading(title: string, words: string): void;
  /** Waits for `run` while saying so, then tells what has come. */
  step<T>(waitingFor: string, run: () => Promise<T>, tell: (result: T) => string): Promise<T>;
  /** What the living line adds to what it waits for. */
  detail(text: string): void;
  /** Lines below the last step, indented. */
  block(lines: readonly string[]): void;
  /** Lines that are kept whole, so that they get as much of the width as there is. */
  verbatim(lines: readonly string[]): void;
  /** Text below the last step, wrapped and indented. */
  prose(text: string): void;
  line(text?: string): void;
  /** Asks a question on the terminal; the living line is out of the way meanwhile. */
  aside<T>(ask: () => Promise<T>): Promise<T>;
}

export interface ViewOptions {
  readonly out: NodeJS.WriteStream;
  readonly colour: boolean;
}

const COLUMNS = 80;
const INDENT = ' '.repeat(11);
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 120;
/** How often a step that takes long says so where nothing can be rewritten. */
const REMIND_MS = 20_000;

export function createView({ out, colour }: ViewOptions): View {
  const isLive = out.isTTY;
  const paint = painter(isLive && colour);
  const living = isLive ? liveLine(out, paint) : reminders(out);
  const elapsed = (): number => performance.now() / 1000;
  const line = (text = ''): void => living.above(`${text.trimEnd()}\n`);
  const print = (text: string): void => line(`${INDENT}${text}`);

  return {
    paint,
    elapsed,
    line,
    detail: (text) => living.detail(text),
    block: (lines) => lines.forEach(print),
    verbatim: (lines) => lines.forEach((text) => line(`    ${text}`)),
    prose: (text) => wrap(text, COLUMNS - INDENT.length).forEach(print),
    heading(title, words) {
      line();
      line(`${paint('bold', title)}  ${paint('dim', words)}`);
      line();
    },
    async step(waitingFor, run, tell) {
      const from = elapsed();
      living.begin(waitingFor);
      try {
        const result = await run();
        living.end();
        const took = `${(elapsed() - from).toFixed(1)} s`;
        const start = `${clock(elapsed())}  ${paint('green', '✔')} `;
        const room = COLUMNS - widthOf(start) - widthOf(took) - 2;
        const told = cut(tell(result), room);
        line(`${start}${told}${' '.repeat(Math.max(2, room - widthOf(told) + 2))}${paint('dim', took)}`);
        return result;
      } catch (error) {
        living.end();
        line(`${clock(elapsed())}  ${paint('red', '✘')} waited for ${waitingFor}`);
        throw error;
      }
    },
    async aside(ask) {
      living.end();
      return ask();
    },
  };
}

/** `1:07`, with room for ten minutes and more. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`.padStart(7);
}

interface Living {
  begin(waitingFor: string): void;
  detail(text: string): void;
  end(): void;
  /** Writes lines that stay, above the living one. */
  above(text: string): void;
}

function liveLine(out: NodeJS.WriteStream, paint: Paint): Living {
  let waitingFor = '';
  let detail = '';
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  const clear = (): void => void out.write('\r\u001B[2K');
  const draw = (): void => {
    const now = performance.now();
    const frame = FRAMES[Math.floor(now / FRAME_MS) % FRAMES.length] ?? '';
    const text = `${waitingFor}, ${Math.round((now - since) / 1000)} s${detail === '' ? '' : `  ${detail}`}`;
    out.write(`\r\u001B[2K${clock(now / 1000)}  ${paint('yellow', frame)} ${paint('dim', cut(text, COLUMNS - 11))}`);
  };
  return {
    begin(text) {
      [waitingFor, detail, since] = [text, '', performance.now()];
      clearInterval(timer);
      timer = setInterval(draw, FRAME_MS);
      draw();
    },
    detail(text) {
      detail = text;
    },
    end() {
      if (timer !== undefined) clear();
      clearInterval(timer);
      timer = undefined;
    },
    above(text) {
      if (timer !== undefined) clear();
      out.write(text);
      if (timer !== undefined) draw();
    },
  };
}

function reminders(out: NodeJS.WriteStream): Living {
  let detail = '';
  let timer: NodeJS.Timeout | undefined;
  return {
    begin(waitingFor) {
      detail = '';
      clearInterval(timer);
      timer = setInterval(() => {
        out.write(`${clock(performance.now() / 1000)}  … waiting for ${waitingFor}${detail === '' ? '' : ` (${detail})`}\n`);
      }, REMIND_MS);
    },
    detail(text) {
      detail = text;
    },
    end: () => clearInterval(timer),
    above: (text) => void out.write(text),
  };
}
