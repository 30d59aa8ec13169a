/** yq, which is mikefarah's, version 4: an expression over YAML, JSON, XML, TOML and others, with its loading, environment and system operators off. */
import { NUMBER, type Option, parseOptions, refused, withoutFiles } from './options.ts';

const FORMAT = /^[a-z]{1,12}$/u;

const OPTIONS: readonly Option[] = [
  { flag: '-r', also: ['--unwrapScalar'] },
  { flag: '-P', also: ['--prettyPrint'] },
  { flag: '-N', also: ['--no-doc'] },
  { flag: '-n', also: ['--null-input'] },
  { flag: '-e', also: ['--exit-status'] },
  { flag: '-M', also: ['--no-colors'] },
  { flag: '-j', also: ['--tojson'] },
  { flag: '-o', also: ['--output-format', '--output'], values: [FORMAT] },
  { flag: '-p', also: ['--input-format', '--input'], values: [FORMAT] },
  { flag: '-I', also: ['--indent'], values: [NUMBER] },
];

const COMMANDS = new Set(['eval', 'e', 'eval-all', 'ea']);

export function yqArguments(words: readonly string[]): readonly string[] {
  const { flags, operands } = parseOptions('yq', words, OPTIONS);
  const [first = ''] = operands;
  const command = COMMANDS.has(first) ? [first] : [];
  const [expression = '.', ...files] = operands.slice(command.length);
  withoutFiles('yq', files);
  if (OUTWARD.test(expression))
    throw refused('yq', 'load, env and system operators are off: there are no files, environment or programs here');
  const input = flags.includes('-n') ? [] : ['-'];
  return [...command, ...flags, '--security-disable-file-ops', '--security-disable-env-ops', `--expression=${expression}`, ...input];
}

/** yq refuses them itself; this says so in the same words whatever its version. Only where they are called. */
const OUTWARD = /(?<![.\w"])(?:load(?:_?[a-z]+)?|env|strenv|envsubst|system)\s*\(|\|\s*envsubst\b/u;
