/** sed, which is GNU's, in its sandbox: it neither reads nor writes files and runs no commands. */
import { ANY, NUMBER, type Option, parseOptions, refused, withoutFiles } from './options.ts';

const OPTIONS: readonly Option[] = [
  { flag: '-n', also: ['--quiet', '--silent'] },
  { flag: '-E', also: ['-r', '--regexp-extended'] },
  { flag: '-z', also: ['--null-data'] },
  { flag: '--posix' },
  { flag: '--sandbox', isDropped: true },
  { flag: '-l', also: ['--line-length'], values: [NUMBER] },
  { flag: '-e', also: ['--expression'], values: [ANY] },
];

export function sedArguments(words: readonly string[]): readonly string[] {
  const { flags, texts, operands } = parseOptions('sed', words, OPTIONS, '-e');
  const [scripts, files] = texts.length > 0 ? [texts, operands] : [operands.slice(0, 1), operands.slice(1)];
  if (scripts.length === 0) throw refused('sed', 'the script is missing');
  withoutFiles('sed', files);
  return ['--sandbox', ...flags, ...scripts.flatMap((script) => ['-e', script])];
}
