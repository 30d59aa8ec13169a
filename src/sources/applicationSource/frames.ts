/**
 * Stack frames in log lines: file, line and function, of the usual ways to print them.
 *
 * A file is told as the runtime prints it, mostly a path in the image; for Java it is put together from package and file. Frames of
 * runtimes and libraries are left out. Every expression is linear in its line, lines are cut first, and a stack that stands in one line of
 * JSON is taken apart at its escaped line breaks.
 */

export type Language = 'java' | 'python' | 'node' | 'go' | 'ruby' | 'dotnet' | 'php' | 'rust';

export interface StackFrame {
  readonly language: Language;
  readonly file: string;
  readonly line: number;
  readonly function?: string | undefined;
}

const LONGEST_LINE = 2_000;
const LONGEST_PATH = 512;
const MOST_PIECES = 200;
const DEFAULT_FRAMES = 20;

interface Format {
  readonly language: Language;
  /** With the groups `file`, `line` and, where there is one, `name`. */
  readonly pattern: RegExp;
  /** Frames that are not the application's own. */
  readonly foreign: RegExp;
}

/** No group repeats what it itself repeats, and what follows a repetition cannot begin with what it takes. */
const FORMATS: readonly Format[] = [
  {
    language: 'java',
    pattern:
      /^\s{0,40}at (?:[\w.@-]{1,200}\/{1,2})?(?<name>[\w.$<>]{1,400})\((?<file>[\w$-]{1,200}\.(?:java|kt|scala|groovy)):(?<line>\d{1,7})\)/u,
    foreign:
      /^(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|org\.(?:springframework|apache|hibernate|eclipse|junit)|io\.(?:netty|grpc|undertow|micronaut|quarkus)|reactor|com\.zaxxer|ch\.qos)\./u,
  },
  {
    language: 'python',
    pattern: /^\s{0,40}File "(?<file>[^"\n]{1,512})", line (?<line>\d{1,7})(?:, in (?<name>[\w.<>]{1,200}))?/u,
    foreign: /site-packages|dist-packages|\/lib\/python|^<|\/asyncio\//u,
  },
  {
    language: 'node',
    pattern:
      /^\s{0,40}at (?:(?:async |new )?(?<name>[\w.$<># [\]]{1,200}) \()?(?:file:\/\/)?(?<file>[^\s():]{1,512}\.(?:c|m)?(?:j|t)sx?):(?<line>\d{1,7}):\d{1,7}\)?\s{0,10}$/u,
    foreign: /node_modules|^node:|^internal\//u,
  },
  {
    language: 'dotnet',
    pattern: /^\s{0,40}at (?<name>[^\s(]{1,400})\([^)\n]{0,400}\) in (?<file>[^\n]{1,512}\.(?:cs|fs|vb)):line (?<line>\d{1,7})/u,
    foreign: /^(?:System|Microsoft)\./u,
  },
  {
    language: 'go',
    pattern: /^\s{0,40}(?<file>[^\s:]{1,512}\.go):(?<line>\d{1,7})(?: \+0x[0-9a-f]{1,16})?\s{0,10}$/u,
    foreign: /\/go\/src\/(?:runtime|net|testing|internal)\/|\/pkg\/mod\/|\/usr\/local\/go\//u,
  },
  {
    language: 'ruby',
    pattern: /^\s{0,40}(?:from )?(?<file>[^\s:]{1,512}\.rb):(?<line>\d{1,7}):in [`'](?<name>[^'\n]{1,200})'/u,
    foreign: /\/gems\/|\/lib\/ruby\//u,
  },
  {
    language: 'php',
    pattern: /^\s{0,40}#\d{1,4} (?<file>[^\s()]{1,512}\.php)\((?<line>\d{1,7})\): (?<name>[^(\n]{1,200})/u,
    foreign: /\/vendor\//u,
  },
  { language: 'php', pattern: / in (?<file>[^\s()]{1,512}\.php)(?::| on line )(?<line>\d{1,7})/u, foreign: /\/vendor\// },
  {
    language: 'rust',
    pattern: /panicked at (?<file>[^\s:']{1,512}\.rs):(?<line>\d{1,7}):\d{1,7}/u,
    foreign: /^\/rustc\/|\.cargo\/registry|\/library\/(?:std|core|alloc)\//,
  },
  {
    language: 'rust',
    pattern: /^\s{0,40}at (?<file>[^\s:]{1,512}\.rs):(?<line>\d{1,7}):\d{1,7}\s{0,10}$/u,
    foreign: /^\/rustc\/|\.cargo\/registry|\/library\/(?:std|core|alloc)\//,
  },
];

/** Each place once, in the order of the log. */
export function framesIn(lines: readonly string[], most: number = DEFAULT_FRAMES): readonly StackFrame[] {
  const found = new Map<string, StackFrame>();
  for (const line of lines) {
    for (const piece of piecesOf(line)) {
      const frame = frameIn(piece);
      if (frame !== undefined) found.set(`${frame.file}:${frame.line}`, found.get(`${frame.file}:${frame.line}`) ?? frame);
      if (found.size >= most) return [...found.values()];
    }
  }
  return [...found.values()];
}

function piecesOf(line: string): readonly string[] {
  const pieces = line.includes('\\n') ? line.slice(0, MOST_PIECES * LONGEST_LINE).split('\\n') : [line];
  return pieces.slice(0, MOST_PIECES).map((piece) =>
    piece
      .replace(/^(?:\\t)+/u, '\t')
      .replaceAll('\\"', '"')
      .slice(0, LONGEST_LINE),
  );
}

function frameIn(text: string): StackFrame | undefined {
  for (const { language, pattern, foreign } of FORMATS) {
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) continue;
    const { file = '', line = '', name } = groups;
    const path = language === 'java' ? javaPath(name ?? '', file) : file;
    const isForeign = foreign.test(language === 'java' || language === 'dotnet' ? (name ?? '') : path);
    if (isForeign || path.length > LONGEST_PATH || Number(line) === 0) return undefined;
    return { language, file: path.replaceAll('\\', '/'), line: Number(line), function: name?.trim() };
  }
  return undefined;
}

/** `com.shop.Cart$Line.add` and `Cart.java` make `com/shop/Cart.java`. */
function javaPath(name: string, file: string): string {
  const packages = name.split('.').filter((part) => /^[a-z_]\w*$/u.test(part));
  const isMethodLast = packages.at(-1) === name.split('.').at(-1);
  return [...(isMethodLast ? packages.slice(0, -1) : packages), file].join('/');
}
