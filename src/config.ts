/**
 * The configuration: one YAML file, over which the environment variables that have always been there take precedence.
 *
 * The only place that reads `process.env`. Whatever is wrong is told at once, with file and line or variable, the path of the
 * setting, and what to do (`ConfigError`).
 */
import { readFileSync } from 'node:fs';
import { type Environment, overlay } from './config/environment.ts';
import { type ModelServerConfig, modelProblem, modelServers, modelVariablesWithoutEffect } from './config/model.ts';
import { ConfigError, type Path, pathText, problemsOf } from './config/problems.ts';
import { configSchema, isLoopback, type Config as Settings } from './config/schema.ts';
import { parseSource, type Source } from './config/source.ts';
import { grafanaToken } from './config/sources.ts';

export { ConfigError } from './config/problems.ts';

export interface Config extends Settings {
  /** Language models in the order in which they are asked; empty: none. Keys of the environment are in it. */
  readonly modelServers: readonly ModelServerConfig[];
}

export interface LoadOptions {
  /** Path of the file; without one the defaults and the environment count. */
  readonly path?: string | undefined;
  readonly environment?: Environment | undefined;
}

export function loadConfig({ path, environment = process.env }: LoadOptions): Config {
  const source: Source = path === undefined ? { data: {}, whereIs: () => 'configuration' } : parseSource(readText(path), path);
  const { data, variableOf } = overlay(source.data, environment);
  const whereIs = (at: Path): string => {
    const variable = variableOf(at);
    return variable === undefined ? source.whereIs(at) : `environment variable ${variable}`;
  };
  const parsed = configSchema.safeParse(data);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.flatMap((issue) => problemsOf(issue, data, configSchema, whereIs)));
  requireToken(parsed.data, whereIs);
  refuseWrittenToken(parsed.data, variableOf, whereIs);
  requireModel(parsed.data, environment, whereIs);
  return { ...protectingFlux(parsed.data), modelServers: modelServers(parsed.data.model, environment) };
}

/** What delivers every fix is not itself fixed, wherever it lives. */
function protectingFlux(config: Settings): Settings {
  const protectedNamespaces = [...new Set([...config.remediation.protectedNamespaces, config.flux.namespace])];
  return { ...config, remediation: { ...config.remediation, protectedNamespaces } };
}

export interface TerminalEnvironment {
  /** As kubectl takes it. */
  readonly kubeconfig: string | undefined;
  /** https://no-color.org */
  readonly noColor: boolean;
}

/** What a command line tool takes from the environment. */
export function terminalEnvironment(environment: Environment = process.env): TerminalEnvironment {
  const { KUBECONFIG: kubeconfig = '', NO_COLOR: noColor = '' } = environment;
  return { kubeconfig: kubeconfig === '' ? undefined : kubeconfig, noColor: noColor !== '' };
}

/** Variables that are set and change nothing. */
export function variablesWithoutEffect(config: Config, environment: Environment = process.env): readonly string[] {
  return modelVariablesWithoutEffect(config.modelServers, environment);
}

function requireModel({ model }: Settings, environment: Environment, whereIs: (path: Path) => string): void {
  const problem = modelProblem(model, environment);
  if (problem === undefined) return;
  throw new ConfigError([{ where: whereIs(problem.path), path: pathText(problem.path), message: problem.message }]);
}

/** Strangers must not be able to send alerts by default. */
function requireToken({ http, auth }: Settings, whereIs: (path: Path) => string): void {
  const { mode, webhookTokenFile, basic, hmac, serviceAccounts } = auth;
  const isConfigured = (webhookTokenFile ?? basic ?? hmac) !== undefined || serviceAccounts.length > 0;
  if (mode === 'none' || isConfigured || isLoopback(http.host)) return;
  throw new ConfigError([
    {
      where: whereIs(['http', 'host']),
      path: 'auth.webhookTokenFile',
      message:
        `is missing, while http.host ${http.host} can be reached from other machines; write a token to a file (openssl rand -hex 32) and name it here, ` +
        'set another of auth.basic, auth.hmac and auth.serviceAccounts, or set auth.mode to none',
    },
  ]);
}

/** A secret in the file would be read by everybody who may read settings. */
function refuseWrittenToken({ sources }: Settings, variableOf: (path: Path) => string | undefined, whereIs: (path: Path) => string): void {
  const written = sources.grafana.flatMap(({ bearerToken }, index) => (bearerToken === undefined ? [] : [index]));
  const problems = written
    .filter((index) => variableOf(grafanaToken(index)) === undefined)
    .map((index) => ({
      where: whereIs(grafanaToken(index)),
      path: `sources.grafana[${index}].bearerToken`,
      message: 'is a secret; put it into a file and name that in bearerTokenFile',
    }));
  if (problems.length > 0) throw new ConfigError(problems);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing
      ? 'there is no such file; name another one with --config, or leave it out to run with the defaults'
      : `cannot be read: ${(error as Error).message}`;
    throw new ConfigError([{ where: path, path: '', message }]);
  }
}
