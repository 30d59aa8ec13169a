/**
 * The GitOps repository of the shop, on a Git server over HTTP, and the people who commit to it.
 *
 * Three accounts: one that only reads (Flux, the investigator), one that may push (the executor) and one for people. The seed is
 * `seed/`, with a history of some weeks, so that nothing in it is a recent change.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startGitServer } from '../cluster/addons/gitServer.ts';
import { run } from '../cluster/lib/run.ts';
import type { Workspace } from '../cluster/workspace/workspace.ts';

/** An access token, as Git hosts give them out. */
export interface Account {
  readonly name: string;
  readonly token: string;
}

/** Git hosts look at the token alone. */
export const ANY_USER = 'git';

export interface Author {
  readonly name: string;
  readonly email: string;
}

export interface ShopRepository {
  readonly url: string;
  /** The bare repository on the server. */
  readonly dir: string;
  readonly branch: string;
  /** What the cluster runs. */
  readonly path: string;
  readonly reader: Account;
  readonly writer: Account;
  /** A person edits one file and pushes: `edit` gets its content. Gives the commit. */
  commit(change: PersonsChange): Promise<string>;
  /** A person edits several files in one commit, makes new ones and removes others. Gives the commit. */
  push(change: PersonsPush): Promise<string>;
  /** The output of git in the bare repository on the server. */
  readonly git: (...args: readonly string[]) => Promise<string>;
}

export interface PersonsChange {
  readonly author: Author;
  readonly subject: string;
  readonly body: string;
  readonly file: string;
  readonly edit: (content: string) => string;
}

export interface PersonsPush extends Omit<PersonsChange, 'file' | 'edit'> {
  /** By path: gets the content, empty where there is no such file, and gives the new one; empty takes the file away. */
  readonly edits: Readonly<Record<string, (content: string) => string>>;
}

export const PAYMENTS: Author = { name: 'team-payments', email: 'payments@shop.example' };
const DISCOVERY: Author = { name: 'team-discovery', email: 'discovery@shop.example' };
const PLATFORM: Author = { name: 'team-platform', email: 'platform@shop.example' };

const BRANCH = 'main';
const PATH = 'apps/shop/overlays/production';
export const CHECKOUT_FILE = `${PATH}/checkout.yaml`;
export const RECOMMENDER_FILE = `${PATH}/recommender.yaml`;
const DAY_SECONDS = 24 * 3600;
const GIT_SECONDS = 30;

/** Refuses pushes of everyone who is not in the list; `git http-backend` says who it is. */
const preReceive = (writers: readonly string[]): string => `#!/bin/sh
case $REMOTE_USER in
  ${writers.join(' | ')}) exit 0 ;;
esac
echo "$REMOTE_USER may read this repository, and not push to it" >&2
exit 1
`;

const newAccount = (name: string): Account => ({ name, token: randomBytes(24).toString('base64url') });

/** @param more content by path, besides the shop: there from the first commit on */
export async function openShopRepository(workspace: Workspace, more: Readonly<Record<string, string>> = {}): Promise<ShopRepository> {
  const [reader, writer, person] = [newAccount('reader'), newAccount('agent-sre'), newAccount('people')];
  const tokens = Object.fromEntries([reader, writer, person].map(({ name, token }) => [name, token]));
  const server = await startGitServer(workspace, { tokens });
  const { url, dir } = await server.createRepository('shop');
  const hook = join(dir, 'hooks', 'pre-receive');
  writeFileSync(hook, preReceive([writer.name, person.name]));
  chmodSync(hook, 0o755);

  const checkout = createCheckout(workspace.folder('shop-checkout'), url, person);
  await seed(checkout, url, more);
  const push = inTurns((change: PersonsPush) => pushEdits(checkout, change));
  return {
    url,
    dir,
    branch: BRANCH,
    path: `./${PATH}`,
    reader,
    writer,
    commit: ({ file, edit, ...message }) => push({ ...message, edits: { [file]: edit } }),
    push,
    git: async (...args) => (await run('git', ['-C', dir, ...args], { timeoutSeconds: GIT_SECONDS })).stdout,
  };
}

interface Message {
  readonly author: Author;
  readonly subject: string;
  readonly body: string;
  readonly daysAgo?: number;
}

interface Checkout {
  readonly dir: string;
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** Commits everything and pushes. */
  commit(message: Message): Promise<string>;
}

/** People's own clone. The token is in the environment of git alone, and in no file. */
function createCheckout(dir: string, url: string, { token }: Account): Checkout {
  const basic = Buffer.from(`${ANY_USER}:${token}`).toString('base64');
  const access = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${url}.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  };
  const git = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> => {
    const options = { cwd: dir, env: { ...process.env, ...access, ...env }, timeoutSeconds: GIT_SECONDS };
    return (await run('git', args, options)).stdout.trim();
  };
  return {
    dir,
    git: (...args) => git(args),
    async commit({ author, subject, body, daysAgo = 0 }) {
      const date = `${Math.floor(Date.now() / 1000) - daysAgo * DAY_SECONDS} +0000`;
      const who = { GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email, GIT_AUTHOR_DATE: date };
      const committer = { GIT_COMMITTER_NAME: author.name, GIT_COMMITTER_EMAIL: author.email, GIT_COMMITTER_DATE: date };
      await git(['add', '--all']);
      await git(['commit', '--quiet', '-m', subject, '-m', body], { ...who, ...committer });
      await git(['push', '--quiet', 'origin', `HEAD:refs/heads/${BRANCH}`]);
      return git(['rev-parse', 'HEAD']);
    },
  };
}

const MOST_TRIES = 5;

/** Tries again on what is there then, when somebody else pushed meanwhile: people do. */
async function pushEdits(checkout: Checkout, { edits, ...message }: PersonsPush, tries = MOST_TRIES): Promise<string> {
  await checkout.git('fetch', '--quiet', 'origin', BRANCH);
  await checkout.git('reset', '--quiet', '--hard', 'FETCH_HEAD');
  for (const [file, edit] of Object.entries(edits)) {
    const path = join(checkout.dir, file);
    const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const after = edit(before);
    if (after === before) throw new Error(`commit "${message.subject}": the edit leaves ${file} as it is`);
    mkdirSync(dirname(path), { recursive: true });
    if (after === '') rmSync(path);
    else writeFileSync(path, after);
  }
  try {
    return await checkout.commit(message);
  } catch (error) {
    if (tries <= 1) throw error;
    return pushEdits(checkout, { edits, ...message }, tries - 1);
  }
}

/** There is one clone, and several people at it. */
function inTurns<A, R>(work: (input: A) => Promise<R>): (input: A) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (input) => {
    const mine = last.then(() => work(input));
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** Today's state by three commits of the past weeks. */
async function seed(checkout: Checkout, url: string, more: Readonly<Record<string, string>>): Promise<void> {
  const { dir } = checkout;
  await checkout.git('init', '--quiet', `--initial-branch=${BRANCH}`);
  await checkout.git('remote', 'add', 'origin', url);
  cpSync(join(import.meta.dirname, 'seed'), dir, { recursive: true });
  for (const [file, content] of Object.entries(more)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), content);
  }
  const replace = (file: string, from: string, to: string): void => {
    const path = join(dir, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  };
  replace(CHECKOUT_FILE, '"2500"', '"3000"');
  replace(RECOMMENDER_FILE, '32Mi', '48Mi');
  await checkout.commit({
    author: PLATFORM,
    subject: 'Describe what runs in production',
    body: 'As it was found in the cluster; from now on it is changed here.',
    daysAgo: 41,
  });
  replace(CHECKOUT_FILE, '"3000"', '"2500"');
  await checkout.commit({
    author: PAYMENTS,
    subject: 'Give up on a payment after 2.5 s',
    body: 'The provider answers within 1.8 s in 99.9 % of all cases.',
    daysAgo: 12,
  });
  replace(RECOMMENDER_FILE, '48Mi', '32Mi');
  await checkout.commit({
    author: DISCOVERY,
    subject: 'Give recommender what it was measured to need',
    body: '9 MiB after a day of traffic.',
    daysAgo: 9,
  });
}
