/**
 * `agent-sre`: the operator's command line.
 *
 * Ends with 0 after SIGTERM or SIGINT, once what was begun is recorded; with 1 if it cannot go on; with 2 if it was called wrongly.
 */
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { createTerminal } from './cli/terminal.ts';
import { systemClock } from './clock.ts';
import type { ProcessOptions } from './compose/process.ts';
import { ROLES, type Role } from './compose/roles.ts';
import { type Config, ConfigError, loadConfig, terminalEnvironment, variablesWithoutEffect } from './config.ts';
import { createRedactor } from './redact/redactor.ts';
import { explain } from './telemetry/explain.ts';
import { createLogger } from './telemetry/logger.ts';

const USAGE = `Usage: agent-sre COMMAND [--config FILE]

  all            the three below in one process
  gateway        takes alerts in
  investigator   finds causes and proposes plans
  executor       carries out what was approved
  diagnose       says what is wrong in a cluster or in a snapshot of one; installs nothing
  collect        writes a namespace into a file that diagnose reads, without secrets
  mcp            serves MCP on standard input and output, with the rights of your kubeconfig; for IDEs
  config check   reads the configuration, and says what is wrong with it
  version        says which version this is
`;

async function main(args: readonly string[]): Promise<number> {
  const [name] = args;
  if (name === 'diagnose' || name === 'collect') {
    const { runCommand } = await import('./commands/run.ts');
    return runCommand({ name, args: args.slice(1), terminal: createTerminal(process, terminalEnvironment()), clock: systemClock });
  }
  const { positionals, values } = parsed(args);
  const [command, ...rest] = positionals;
  if (values.help === true || command === 'help') return said(USAGE);
  if (command === 'version') return said(`agent-sre ${packageJson.version}\n`);
  if (command === 'config' && rest[0] === 'check' && rest.length === 1) return checkConfig(values.config);
  if (command === undefined || !isName(command) || rest.length > 0)
    throw new UsageError(command === undefined ? 'a command is missing' : `there is no command "${positionals.join(' ')}"`);
  return run(command, loadConfig({ path: values.config }));
}

type Command = Role | 'all' | 'mcp';

class UsageError extends Error {}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

const isName = (command: string): command is Command => ['all', 'mcp', ...ROLES].includes(command);

function said(text: string): number {
  process.stdout.write(text);
  return 0;
}

function checkConfig(path: string | undefined): number {
  const { http, namespace, sources, git } = loadConfig({ path });
  const names = [...sources.prometheus, ...sources.alertmanager].map(({ url }) => url);
  return said(
    `${path ?? 'The default configuration'} is right: namespace ${namespace}, listening on ${http.host}:${http.port}, ` +
      `${names.length === 0 ? 'no sources' : `sources ${names.join(', ')}`}, ${git.credentials.length} Git credential${git.credentials.length === 1 ? '' : 's'}.\n`,
  );
}

async function run(name: Command, config: Config): Promise<number> {
  const redactor = createRedactor();
  // What MCP says there is all that may stand on standard output.
  const destination = name === 'mcp' ? process.stderr : undefined;
  const logger = createLogger({ ...config.logging, redactor, destination });
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(130);
    logger.info({ signal }, 'asked to stop; once more stops at once');
    controller.abort(new Error(signal));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const fatal = (error: unknown): never => {
    logger.error({ error }, 'ended by an error that nothing expected');
    process.exit(1);
  };
  process.on('uncaughtException', fatal);
  process.on('unhandledRejection', fatal);

  logger.info({ role: name, version: packageJson.version, node: process.version }, 'starting');
  const idle = variablesWithoutEffect(config);
  if (idle.length > 0)
    logger.info({}, `${idle.join(' and ')} ${idle.length === 1 ? 'changes' : 'change'} nothing: no model is configured that it belongs to`);
  try {
    await runAs(name, { config, logger, redactor, version: packageJson.version }, controller.signal);
    return 0;
  } catch (error) {
    logger.error({ error }, 'cannot go on');
    return complain(redactor.error(error));
  }
}

async function runAs(name: Command, options: Omit<ProcessOptions, 'name'>, signal: AbortSignal): Promise<void> {
  if (name === 'mcp') {
    const { runMcp } = await import('./compose/mcpStdio.ts');
    return runMcp(options, signal);
  }
  const { runProcess } = await import('./compose/process.ts');
  return runProcess({ ...options, name }, signal);
}

/** What is wrong, a line each, as people look for it: `agent-sre: config.yaml:3: http.prot: …`. */
function complain(error: unknown): number {
  for (const line of explain(error).split('\n')) process.stderr.write(`agent-sre: ${line}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${USAGE}`);
  return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}

// All that was begun has ended; sockets that idle in some pool are no reason to stay.
process.exit(await main(process.argv.slice(2)).catch(complain));
