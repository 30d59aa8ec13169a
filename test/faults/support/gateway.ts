/** The gateway as a process of its own, on one port, which is killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { untilTrue } from '../../support/until.ts';

const program = join(import.meta.dirname, '../../../bin/agent-sre');
export const TOKEN = 'token-of-alertmanager';

export interface GatewayOptions {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly port: number;
  /** More lines of the configuration. */
  readonly config: string;
  /** More settings of `http`, as in `host: 0.0.0.0`. */
  readonly http?: string;
}

export interface Gateway {
  readonly start: () => Promise<void>;
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>;
  /** Of the process that runs. */
  readonly pid: () => number | undefined;
}

export function gatewayProcess({ folder, kubeconfig, port, config, http }: GatewayOptions): Gateway {
  const [tokenFile, configFile] = [join(folder, 'token'), join(folder, 'gateway.yaml')];
  writeFileSync(tokenFile, TOKEN);
  const serving = [`port: ${port}`, ...(http === undefined ? [] : [http])].join(', ');
  writeFileSync(configFile, `http: {${serving}}\nmcp: {port: 0, jamiePort: 0}\nauth: {webhookTokenFile: ${tokenFile}}\n${config}`);
  let child: ChildProcess | undefined;
  return {
    start: async () => {
      const env = { PATH: process.env['PATH'], KUBECONFIG: kubeconfig };
      child = spawn(program, ['gateway', '--config', configFile], { env, stdio: 'ignore' });
      const isReady = (): Promise<boolean> =>
        fetch(`http://127.0.0.1:${port}/ready`).then(
          ({ ok }) => ok,
          () => false,
        );
      await untilTrue(`the gateway is ready`, isReady, 300_000);
    },
    kill: async (signal = 'SIGKILL') => {
      const dying = child;
      if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return;
      const gone = new Promise((resolve) => dying.once('exit', resolve));
      dying.kill(signal);
      await gone;
    },
    pid: () => child?.pid,
  };
}
