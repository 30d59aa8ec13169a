/** jq: a filter over JSON. Modules, the environment and names of files are refused: there are none. */
import { ANY, NUMBER, type Option, parseOptions, refused, withoutFiles } from './options.ts';

const OPTIONS: readonly Option[] = [
  { flag: '-r', also: ['--raw-output'] },
  { flag: '-c', also: ['--compact-output'] },
  { flag: '-s', also: ['--slurp'] },
  { flag: '-S', also: ['--sort-keys'] },
  { flag: '-n', also: ['--null-input'] },
  { flag: '-e', also: ['--exit-status'] },
  { flag: '-j', also: ['--join-output'] },
  { flag: '-a', also: ['--ascii-output'] },
  { flag: '-R', also: ['--raw-input'] },
  { flag: '-M', also: ['--monochrome-output'] },
  { flag: '--tab' },
  { flag: '--stream' },
  { flag: '--seq' },
  { flag: '--indent', values: [NUMBER] },
  { flag: '--arg', values: [/^\w{1,64}$/u, ANY] },
  { flag: '--argjson', values: [/^\w{1,64}$/u, ANY] },
];

export function jqArguments(words: readonly string[]): readonly string[] {
  const { flags, operands } = parseOptions('jq', words, OPTIONS);
  const [filter = '.', ...files] = operands;
  withoutFiles('jq', files);
  const [forbidden] = reachesOut(filter);
  if (forbidden !== undefined) throw refused('jq', `${forbidden} is not allowed: there are no modules, files or environment here`);
  return [...flags, filter.startsWith('-') ? ` ${filter}` : filter];
}

const FORBIDDEN = new Set(['env', '$ENV', 'input_filename', 'modulemeta', 'get_search_list', 'import', 'include', 'module']);

/** Words of the program that would leave it; what stands in strings, comments, behind a dot or as a key is none. */
function reachesOut(filter: string): readonly string[] {
  return wordsOf(filter).filter((word) => FORBIDDEN.has(word));
}

const TOKEN = /#[^\n\r]*|"(?:[^"\\]|\\[^(])*(?:"|\\\(|$)|[.$]?[A-Za-z_]\w*|[()]|[\s\S]/gy;

/** A string is left for what is interpolated in it, and gone on with after that. */
function wordsOf(filter: string): readonly string[] {
  const words: string[] = [];
  const depths: number[] = [];
  const pattern = new RegExp(TOKEN);
  let resumed = false;
  let depth = 0;
  for (let at = 0; at < filter.length; ) {
    if (resumed) {
      const rest = /^(?:[^"\\]|\\[^(])*(?:"|\\\(|$)/u.exec(filter.slice(at))?.[0] ?? '';
      resumed = false;
      at += Math.max(rest.length, 1);
      if (rest.endsWith('\\(')) depths.push((depth += 1));
      continue;
    }
    pattern.lastIndex = at;
    const token = pattern.exec(filter)?.[0] ?? filter.charAt(at);
    at += Math.max(token.length, 1);
    if (token.startsWith('"')) {
      if (token.endsWith('\\(')) depths.push((depth += 1));
    } else if (token === '(') {
      depth += 1;
    } else if (token === ')') {
      resumed = depths.at(-1) === depth;
      if (resumed) depths.pop();
      depth -= 1;
    } else if (/^\$?[A-Za-z_]/u.test(token) && !/^\s*:(?!:)/u.test(filter.slice(at, at + 20))) {
      words.push(token);
    }
  }
  return words;
}
