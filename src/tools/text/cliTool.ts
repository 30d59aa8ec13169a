/** `cli_tool`: jq, yq, grep and sed over a text that is passed in, joined by `|` where wanted; no shell, no files, no environment, no network. */
import { z } from 'zod';
import type { Cleaner } from '../../sources/text.ts';
import { ToolError } from '../errors.ts';
import { type Answer, defineTool, type Tool } from '../tool.ts';
import { grepArguments } from './grep.ts';
import { useInstead } from './instead.ts';
import { jqArguments } from './jq.ts';
import { PROGRAMS, type Program, type ProgramRunner } from './programs.ts';
import { sedArguments } from './sed.ts';
import { splitCommand } from './words.ts';
import { yqArguments } from './yq.ts';

const MOST_PROGRAMS = 5;
const MOST_CHARACTERS = 12_000;
const LONGEST_LINE = 2_000;

const input = z.object({
  command: z.string().min(1).max(8_000).describe("Such as jq -r '.items[].name', or grep -i error | sed s/a/b/. Quotes as in a shell."),
  args: z
    .array(z.string().max(8_000))
    .max(50)
    .optional()
    .describe('Words of the command as they are, without quotes; command is then the name of the program alone.'),
  input: z.string().max(1_000_000, 'is longer than 1,000,000 characters').default('').describe('The text that is worked on.'),
});

const output = z.object({
  output: z.string(),
  exitCode: z.int().describe('Of the last program; 1 of grep: no line fits.'),
  errors: z.string().describe('What the programs complained of.'),
  isCut: z.boolean().describe('More was said than is shown.'),
});
type Output = z.input<typeof output>;

const ARGUMENTS: Readonly<Record<Program, (words: readonly string[]) => readonly string[]>> = {
  jq: jqArguments,
  yq: yqArguments,
  grep: grepArguments,
  sed: sedArguments,
};
const isProgram = (name: string): name is Program => (PROGRAMS as readonly string[]).includes(name);

export function cliToolTool({ programs, cleaner }: { readonly programs: ProgramRunner; readonly cleaner: Cleaner }): Tool {
  return defineTool({
    name: 'cli_tool',
    title: 'jq, yq, grep and sed over a text',
    description:
      'Runs jq, yq, grep or sed over the text in `input`, joined by | where wanted. No shell, no files, no network, no other program.',
    effect: 'reads',
    core: false,
    input,
    output,
    run: async ({ command, args, input: text }, { signal }) => {
      // all is understood before anything runs
      const stages = stagesOf(command, args);
      let passed = text;
      let last: { readonly exitCode: number; readonly stdout: Buffer } = { exitCode: 0, stdout: Buffer.alloc(0) };
      const complaints: string[] = [];
      for (const { program, words } of stages) {
        const answer = await programs.run(program, words, passed, signal);
        const stderr = cleaner.lines(answer.stderr, 300).slice(0, 10).join('\n');
        if (answer.exitCode !== 0 && answer.stdout.length === 0 && stderr !== '')
          throw new ToolError('Invalid', stderr.startsWith(`${program}:`) ? stderr : `${program}: ${stderr}`);
        if (stderr !== '') complaints.push(stderr);
        passed = answer.stdout.toString('utf8');
        last = answer;
      }
      return answerOf(passed, last.exitCode, complaints.join('\n'), cleaner);
    },
  });
}

interface Stage {
  readonly program: Program;
  readonly words: readonly string[];
}

function stagesOf(command: string, args: readonly string[] | undefined): readonly Stage[] {
  const pipe = args === undefined ? splitCommand(command) : [[command.trim(), ...args]];
  if (pipe.length > MOST_PROGRAMS) throw new ToolError('Invalid', `No more than ${MOST_PROGRAMS} programs are joined.`);
  return pipe.map(([name = '', ...words]) => {
    if (!isProgram(name)) throw useInstead(name);
    if (words.some((word) => word.includes('\0'))) throw new ToolError('Invalid', `${name}: a word holds a NUL character.`);
    return { program: name, words: ARGUMENTS[name](words) };
  });
}

function answerOf(text: string, exitCode: number, errors: string, cleaner: Cleaner): Answer<Output> {
  const lines = cleaner.lines(text, LONGEST_LINE);
  const whole = lines.join('\n');
  const isCut = whole.length > MOST_CHARACTERS;
  const shown = isCut ? whole.slice(0, MOST_CHARACTERS).replace(/[\ud800-\udbff]$/u, '') : whole;
  const rest = isCut ? [`… cut: ${lines.length} lines, ${whole.length} characters in all; ask for less.`] : [];
  const said = [
    ...(shown === '' ? [exitCode === 0 ? '(no output)' : `(no output; exit code ${exitCode})`] : [shown]),
    ...rest,
    ...(errors === '' ? [] : [errors]),
  ];
  return { text: said.join('\n'), data: { output: shown, exitCode, errors, isCut } };
}
