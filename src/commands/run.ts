/**
 * One call of `agent-sre diagnose` or `agent-sre collect`, to its exit code: 0 looked, whatever was found; 1 could not look; 2 called wrongly.
 */
import type { Terminal } from '../cli/terminal.ts';
import type { Clock } from '../clock.ts';
import { ConfigError } from '../config.ts';
import { explain } from '../telemetry/explain.ts';
import { oneLine } from '../text/plain.ts';
import { answerOf, statusOf } from './answer.ts';
import { type Command, type CommandName, readArguments, UsageError } from './arguments.ts';
import { collect } from './collect.ts';
import { look } from './look.ts';
import { diagnosisPage } from './page.ts';
import { createRedaction } from './redaction.ts';

export interface RunOptions {
  readonly name: CommandName;
  readonly args: readonly string[];
  readonly terminal: Terminal;
  readonly clock: Clock;
}

export async function runCommand({ name, args, terminal, clock }: RunOptions): Promise<number> {
  try {
    await execute(readArguments(name, args), terminal, clock);
    return 0;
  } catch (error) {
    terminal.complain(
      ...explain(error)
        .split('\n')
        .map((line) => `agent-sre ${name}: ${oneLine(line)}`),
    );
    if (error instanceof UsageError) terminal.complain('', error.usage);
    return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
  }
}

async function execute(command: Command, terminal: Terminal, clock: Clock): Promise<void> {
  switch (command.command) {
    case 'help':
      return terminal.print(command.usage);
    case 'collect':
      return collect(command, terminal, clock);
    case 'diagnose':
      return diagnoseNow(command, terminal, clock);
    default:
      return command satisfies never;
  }
}

async function diagnoseNow(command: Extract<Command, { command: 'diagnose' }>, terminal: Terminal, clock: Clock): Promise<void> {
  const began = clock.monotonic();
  const looked = await look({ clock, redaction: createRedaction() }, command.question, command);
  const elapsedMs = (): number => clock.monotonic() - began;
  if (command.json) return terminal.print(JSON.stringify(answerOf(looked, elapsedMs), undefined, 2));
  const { style, width } = terminal;
  const now = clock.now();
  terminal.print(...diagnosisPage(looked, statusOf(looked, elapsedMs(), now), { style, width, now }));
}
