/** grep: lines that a pattern fits. Patterns and texts are passed in, never read from files. */
import { ANY, NUMBER, type Option, parseOptions, refused, withoutFiles } from './options.ts';

const OPTIONS: readonly Option[] = [
  { flag: '-i', also: ['--ignore-case', '-y'] },
  { flag: '-v', also: ['--invert-match'] },
  { flag: '-c', also: ['--count'] },
  { flag: '-n', also: ['--line-number'] },
  { flag: '-o', also: ['--only-matching'] },
  { flag: '-w', also: ['--word-regexp'] },
  { flag: '-x', also: ['--line-regexp'] },
  { flag: '-E', also: ['--extended-regexp'] },
  { flag: '-F', also: ['--fixed-strings'] },
  { flag: '-G', also: ['--basic-regexp'] },
  { flag: '-P', also: ['--perl-regexp'] },
  { flag: '-h', also: ['--no-filename'] },
  { flag: '-a', also: ['--text'] },
  { flag: '-s', also: ['--no-messages'] },
  { flag: '-q', also: ['--quiet', '--silent'] },
  { flag: '--color', also: ['--colour'], values: [/^(?:never|auto|always)$/u], isDropped: true },
  { flag: '-A', also: ['--after-context'], values: [NUMBER] },
  { flag: '-B', also: ['--before-context'], values: [NUMBER] },
  { flag: '-C', also: ['--context'], values: [NUMBER] },
  { flag: '-m', also: ['--max-count'], values: [NUMBER] },
  { flag: '-e', also: ['--regexp'], values: [ANY] },
];

export function grepArguments(words: readonly string[]): readonly string[] {
  const spelt = words.map((word) => (/^-\d{1,6}$/u.test(word) ? `-C${word.slice(1)}` : word));
  const { flags, texts, operands } = parseOptions('grep', spelt, OPTIONS, '-e');
  const [patterns, files] = texts.length > 0 ? [texts, operands] : [operands.slice(0, 1), operands.slice(1)];
  if (patterns.length === 0) throw refused('grep', 'the pattern is missing');
  withoutFiles('grep', files);
  return [...flags, ...patterns.flatMap((pattern) => ['-e', pattern])];
}
