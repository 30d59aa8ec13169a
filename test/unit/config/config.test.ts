import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { secretsOf } from '../../../src/config/sources.ts';
import { type Config, ConfigError, loadConfig, variablesWithoutEffect } from '../../../src/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Environment = Record<string, string>;

function load(text: string, environment: Environment = {}): Config {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, text);
  return loadConfig({ path, environment });
}

/** The problems, with the folder of the test taken out. */
function problemsOf(text: string, environment: Environment = {}): readonly string[] {
  try {
    load(text, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, '').split('\n');
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  test('takes an empty file: it listens on the loopback, in its usual namespace', () => {
    const config = load('');
    expect(config).toMatchObject({
      namespace: 'agent-sre',
      http: { host: '127.0.0.1', port: 8080 },
      auth: { mode: 'token' },
      logging: { level: 'info' },
    });
  });

  test('takes no file at all for an empty one', () => {
    expect(loadConfig({ environment: {} })).toEqual(load(''));
  });

  test('takes a file that says everything', () => {
    const config = load(`
namespace: sre
cluster: {name: prod}
kubernetes: {kubeconfig: /etc/kube, context: prod}
http: {host: 0.0.0.0, port: 8081, webhookPort: 8082}
auth: {webhookTokenFile: /etc/token}
sources:
  prometheus: [{name: main, url: "https://prometheus.example/base", bearerTokenFile: /etc/p}]
  alertmanager: [{name: a, url: "http://a:9093"}, {name: b, url: "http://b:9093"}]
  loki: [{url: "https://loki.example", basic: {username: sre, passwordFile: /etc/l}, tenant: shop}]
  tempo: [{url: "https://tempo.example", tls: {caFile: /etc/ca, certFile: /etc/c, keyFile: /etc/k, serverName: tempo}}]
  grafana: [{url: "https://grafana.example", bearerTokenFile: /etc/g, headers: [{name: X-Org, value: "1"}, {name: X-Key, valueFile: /etc/x}]}]
  signoz: [{url: "https://signoz.example", apiKeyFile: /etc/s}]
git:
  cacheDir: /var/cache/agent-sre
  allowHttpHosts: [git.local:3000]
  signing: {keyFile: /etc/signing}
  credentials: [{urlPrefix: "https://git.example/", username: sre, passwordFile: /etc/git}]
  hosts: [{repositories: ["https://git.example/shop"], kind: Forgejo, tokenFile: /etc/h, labels: [fix], draft: true}]
identities: [{user: alice@example.com, groups: [sre], accounts: [git.example/alice]}]
flux: {namespace: flux}
investigator: {concurrency: 8, specialistsDir: /etc/specialists}
executor: {concurrency: 1}
remediation: {protectedNamespaces: [payments], soakSeconds: 60}
incidents: {retentionDays: 90}
evidence: {retentionDays: 7}
leaderElection: {enabled: false}
model:
  provider: openai
  url: https://models.example/v1
  name: large
  apiKeyFile: /etc/key
  apiVersion: 2026-01-01
  contextTokens: 16000
  maxOutputTokens: 2000
  timeoutSeconds: 30
  deadlineSeconds: 60
  purposes: {diagnosis: large, actions: small, embeddings: e}
  fallbacks: [{url: "http://ollama:11434"}]
  budgets: {hour: {tokens: 100000}, day: {moneyMicros: 5000000}}
  prices: {large: {inputPerMillion: 2.5, outputPerMillion: 10}}
logging: {level: debug, name: sre}
tools: {git: /usr/bin/git, kubectl: /usr/bin/kubectl}
`);
    expect(config).toMatchObject({
      http: { webhookPort: 8082 },
      incidents: { retentionDays: 90 },
      sources: { alertmanager: [{ name: 'a' }, { name: 'b' }] },
      git: { credentials: [{ username: 'sre' }] },
      model: { contextTokens: 16_000, budgets: { hour: { tokens: 100_000 } } },
      modelServers: [
        { provider: 'openai', url: 'https://models.example/v1', name: 'large', apiKeyFile: '/etc/key', apiVersion: '2026-01-01' },
        { provider: 'ollama', url: 'http://ollama:11434', name: 'llama3.2:3b' },
      ],
    });
  });
});

describe('an environment variable', () => {
  test.each<{ name: string; environment: Environment; want: object }>([
    {
      name: 'PROMETHEUS_URL is the first Prometheus',
      environment: { PROMETHEUS_URL: 'http://p:9090' },
      want: { sources: { prometheus: [{ name: 'prometheus', url: 'http://p:9090' }] } },
    },
    {
      name: 'ALERTMANAGER_URL is the first Alertmanager',
      environment: { ALERTMANAGER_URL: 'http://a:9093' },
      want: { sources: { alertmanager: [{ url: 'http://a:9093' }] } },
    },
    {
      name: 'LOKI_URL, TEMPO_URL and GRAFANA_URL are the first of their kind',
      environment: { LOKI_URL: 'http://l:3100', TEMPO_URL: 'http://t:3200', GRAFANA_URL: 'http://g:3000', GRAFANA_API_KEY: 'glsa_1' },
      want: { sources: { loki: [{ url: 'http://l:3100' }], tempo: [{ url: 'http://t:3200' }], grafana: [{ bearerToken: 'glsa_1' }] } },
    },
    { name: 'GRAFANA_API_KEY alone sets nothing', environment: { GRAFANA_API_KEY: 'glsa_1' }, want: { sources: { grafana: [] } } },
    {
      name: 'OLLAMA_URL says where the model is, which has its usual name',
      environment: { OLLAMA_URL: 'http://o:11434' },
      want: { modelServers: [{ provider: 'ollama', url: 'http://o:11434', name: 'llama3.2:3b' }] },
    },
    {
      name: 'MODEL_NAME says which model',
      environment: { OLLAMA_URL: 'http://o:11434', MODEL_NAME: 'qwen3:8b' },
      want: { modelServers: [{ provider: 'ollama', name: 'qwen3:8b' }] },
    },
    {
      name: 'OPENAI_API_KEY with MODEL_NAME is enough for OpenAI',
      environment: { OPENAI_API_KEY: 'sk-1', MODEL_NAME: 'gpt-x' },
      want: { modelServers: [{ provider: 'openai', url: 'https://api.openai.com/v1', name: 'gpt-x', apiKey: 'sk-1' }] },
    },
    { name: 'OPENAI_API_KEY alone sends nothing anywhere', environment: { OPENAI_API_KEY: 'sk-1' }, want: { modelServers: [] } },
    { name: 'MODEL_NAME alone asks nobody', environment: { MODEL_NAME: 'x' }, want: { modelServers: [] } },
    {
      name: 'OLLAMA_URL counts more than a key',
      environment: { OLLAMA_URL: 'http://o:11434', OPENAI_API_KEY: 'sk-1', MODEL_NAME: 'm' },
      want: { modelServers: [{ provider: 'ollama', url: 'http://o:11434' }] },
    },
    {
      name: 'KUBECONFIG and KUBE_CONTEXT say which cluster',
      environment: { KUBECONFIG: '/k', KUBE_CONTEXT: 'c' },
      want: { kubernetes: { kubeconfig: '/k', context: 'c' } },
    },
    {
      name: 'API_HOST and API_PORT say where to listen',
      environment: { API_HOST: '::1', API_PORT: '9000' },
      want: { http: { host: '::1', port: 9000 } },
    },
    { name: 'MCP is on its usual ports', environment: {}, want: { mcp: { port: 30_120, jamiePort: 30_121 } } },
    {
      name: 'MCP_HOST and MCP_PORT say where MCP is',
      environment: { MCP_HOST: '::1', MCP_PORT: '9001' },
      want: { mcp: { host: '::1', port: 9001 } },
    },
    { name: 'MCP_SERVER_PORT says it too', environment: { MCP_SERVER_PORT: '9002' }, want: { mcp: { port: 9002 } } },
    {
      name: 'FLUX_NAMESPACE says where Flux is, which is protected',
      environment: { FLUX_NAMESPACE: 'flux' },
      want: { flux: { namespace: 'flux' }, remediation: { protectedNamespaces: ['flux'] } },
    },
    { name: 'SERVICE_NAME names the service in logs', environment: { SERVICE_NAME: 'sre' }, want: { logging: { name: 'sre' } } },
    { name: 'that is empty sets nothing', environment: { API_HOST: '' }, want: { http: { host: '127.0.0.1' } } },
  ])('$name', ({ environment, want }) => {
    expect(loadConfig({ environment })).toMatchObject(want);
  });

  test('OPENAI_API_KEY is never sent to an Ollama server', () => {
    const { modelServers } = loadConfig({ environment: { OLLAMA_URL: 'http://o:11434', OPENAI_API_KEY: 'sk-1', MODEL_NAME: 'm' } });
    expect(JSON.stringify(modelServers)).not.toContain('sk-1');
  });

  test('counts more than the file, and leaves the rest of it', () => {
    const config = load('sources:\n  prometheus: [{name: main, url: "http://file:9090"}, {name: second, url: "http://second:9090"}]', {
      PROMETHEUS_URL: 'http://env:9090',
    });
    expect(config.sources.prometheus).toEqual([
      { name: 'main', url: 'http://env:9090' },
      { name: 'second', url: 'http://second:9090' },
    ]);
  });
});

test('secretsOf names everything that must not come out', () => {
  const { sources } = load(
    `
sources:
  prometheus: [{url: "https://p", bearerTokenFile: /1}]
  loki: [{url: "https://l", basic: {username: a, passwordFile: /2}}]
  tempo: [{url: "https://t", headers: [{name: A, valueFile: /3}, {name: B, value: plain}]}]
  signoz: [{url: "https://s", apiKeyFile: /4}]
`,
    { GRAFANA_URL: 'https://g', GRAFANA_API_KEY: 'glsa_1' },
  );
  expect(secretsOf(sources)).toEqual({ files: ['/1', '/2', '/3', '/4'], values: ['glsa_1'] });
});

describe('a problem says where, what, and what to do', () => {
  test.each<{ name: string; text: string; environment?: Environment; want: string[] }>([
    {
      name: 'a misspelt key',
      text: 'cluster:\n  nmae: prod',
      want: ['config.yaml:2: cluster.nmae: is not a setting; did you mean name?'],
    },
    {
      name: 'a key from elsewhere',
      text: 'cluster:\n  kubernetesVersion: 1',
      want: ['config.yaml:2: cluster.kubernetesVersion: is not a setting; there is name'],
    },
    {
      name: 'a misspelt key in a list',
      text: 'git:\n  credentials:\n    - urlPrefix: https://a/\n      user: x',
      want: ['config.yaml:4: git.credentials[0].user: is not a setting; did you mean username?'],
    },
    {
      name: 'a URL without a scheme',
      text: 'sources:\n  prometheus:\n    - url: prometheus:9090',
      want: ['config.yaml:3: sources.prometheus[0].url: "prometheus:9090" has no scheme; write http://prometheus:9090'],
    },
    {
      name: 'a URL with a password',
      text: 'sources: {alertmanager: [{url: "http://a:b@c"}]}',
      want: [
        'config.yaml:1: sources.alertmanager[0].url: has a user name or password in it; put a token into a file and name it in bearerTokenFile',
      ],
    },
    { name: 'a text for a number', text: 'http:\n  port: "many"', want: ['config.yaml:2: http.port: "many" is not a number'] },
    {
      name: 'a number out of bounds',
      text: 'http:\n  port: 70000',
      want: ['config.yaml:2: http.port: 70000 is not a port; write a number from 0 to 65535'],
    },
    {
      name: 'a word that is none of those',
      text: 'logging: {level: loud}',
      want: ['config.yaml:1: logging.level: "loud" is none of debug, info, warn, error'],
    },
    { name: 'a map that is a list', text: 'http: []', want: ['config.yaml:1: http: [] is not a map of settings'] },
    {
      name: 'a required setting that is absent',
      text: 'git: {credentials: [{username: x}]}',
      want: ['config.yaml:1: git.credentials[0].urlPrefix: is missing; add a text'],
    },
    {
      name: 'a Git host whose product is not known',
      text: 'git:\n  hosts:\n    - repositories: ["https://git.example/shop"]\n      tokenFile: /t',
      want: [
        'config.yaml:3: git.hosts[0].kind: is missing, and cannot be told from git.example; write one of GitHub, GitLab, Gitea, Forgejo',
      ],
    },
    {
      name: 'an account of two people',
      text: 'identities:\n  - {user: alice, accounts: [github.com/alice]}\n  - {user: bob, accounts: [GitHub.com/Alice]}',
      want: ['config.yaml:3: identities[1].accounts[0]: "GitHub.com/Alice" is an account of alice already; an account is one person’s'],
    },
    {
      name: 'an account without its host',
      text: 'identities: [{user: alice, accounts: [alice]}]',
      want: [
        'config.yaml:1: identities[0].accounts[0]: "alice" is no account; write the host and the user’s name there, like github.com/alice',
      ],
    },
    {
      name: 'two sources of one name',
      text: 'sources: {prometheus: [{url: "http://a"}, {url: "http://b"}]}',
      want: ['config.yaml:1: sources.prometheus[1].name: "prometheus" is the name of another one; give each its own'],
    },
    {
      name: 'a certificate without its key',
      text: 'sources: {loki: [{url: "https://l", tls: {certFile: /c}}]}',
      want: ['config.yaml:1: sources.loki[0].tls.keyFile: is missing, while certFile is set; both are needed'],
    },
    {
      name: 'two kinds of credentials at once',
      text: 'sources: {tempo: [{url: "https://t", bearerTokenFile: /t, basic: {username: a, passwordFile: /p}}]}',
      want: ['config.yaml:1: sources.tempo[0].basic: is set beside bearerTokenFile; one of the two can be sent'],
    },
    {
      name: 'a header without a value',
      text: 'sources:\n  signoz:\n    - url: https://s\n      headers: [{name: X-Team}]',
      want: ['config.yaml:4: sources.signoz[0].headers[0]: needs value or valueFile, and not both'],
    },
    {
      name: 'a secret that is written into the file',
      text: 'sources:\n  grafana:\n    - url: https://g\n      bearerToken: glsa_1',
      want: ['config.yaml:4: sources.grafana[0].bearerToken: is a secret; put it into a file and name that in bearerTokenFile'],
    },
    { name: 'a file that is no map', text: '- a', want: ['config.yaml: ["a"] is not a map of settings'] },
    {
      name: 'YAML that does not parse',
      text: 'http: {port: 1',
      want: [expect.stringMatching(/^config\.yaml:1: not valid YAML: /u)],
    },
    {
      name: 'a key that is there twice',
      text: 'namespace: a\nnamespace: b',
      want: ['config.yaml:2: not valid YAML: Map keys must be unique'],
    },
    {
      name: 'a variable',
      text: '',
      environment: { API_PORT: 'x' },
      want: ['environment variable API_PORT: http.port: "x" is not a number'],
    },
    {
      name: 'an address that strangers reach, without a token',
      text: 'http:\n  host: 0.0.0.0',
      want: [
        'config.yaml:2: auth.webhookTokenFile: is missing, while http.host 0.0.0.0 can be reached from other machines; write a token to a file (openssl rand -hex 32) and name it here, set another of auth.basic, auth.hmac and auth.serviceAccounts, or set auth.mode to none',
      ],
    },
    {
      name: 'an OpenAI server without a model',
      text: 'model: {provider: openai}',
      want: ['config.yaml:1: model.name: is missing; write the name of a model that this server has'],
    },
    {
      name: 'a fallback without an address',
      text: 'model:\n  url: http://o\n  fallbacks:\n    - name: small',
      want: ['config.yaml:4: model.fallbacks[0].url: is missing; write the address of the server'],
    },
    {
      name: 'a key of a model in the file',
      text: 'model:\n  apiKey: sk-1',
      want: ['config.yaml:2: model.apiKey: is not a setting; did you mean apiKeyFile?'],
    },
    {
      name: 'an answer that leaves no room for its prompt',
      text: 'model: {contextTokens: 4000, maxOutputTokens: 3000}',
      want: ['config.yaml:1: model.maxOutputTokens: 3000 leaves no room for a prompt; the most is half of model.contextTokens'],
    },
    {
      name: 'a variable with the address of a model that is none',
      text: '',
      environment: { OLLAMA_URL: 'ollama:11434' },
      want: ['environment variable OLLAMA_URL: model.url: "ollama:11434" has no scheme; write http://ollama:11434'],
    },
    {
      name: 'all of them at once',
      text: 'namspace: a\nhttp:\n  prot: 1\nlogging:\n  level: 3',
      want: [
        'config.yaml:3: http.prot: is not a setting; did you mean port?',
        'config.yaml:5: logging.level: 3 is none of debug, info, warn, error',
        'config.yaml:1: namspace: is not a setting; did you mean namespace?',
      ],
    },
  ])('$name', ({ text, environment, want }) => {
    expect(problemsOf(text, environment)).toEqual(want);
  });

  test('a file that is not there', () => {
    expect(() => loadConfig({ path: '/nowhere/config.yaml', environment: {} })).toThrow(
      '/nowhere/config.yaml: there is no such file; name another one with --config, or leave it out to run with the defaults',
    );
  });
});

describe('variables without effect', () => {
  test.each<{ name: string; environment: Environment; want: string[] }>([
    { name: 'there are none by default', environment: {}, want: [] },
    { name: 'a name without a server', environment: { MODEL_NAME: 'x' }, want: ['MODEL_NAME'] },
    { name: 'a key without a model', environment: { OPENAI_API_KEY: 'k' }, want: ['OPENAI_API_KEY'] },
    { name: 'a key beside Ollama', environment: { OLLAMA_URL: 'http://o', OPENAI_API_KEY: 'k' }, want: ['OPENAI_API_KEY'] },
    { name: 'none where all belong together', environment: { OPENAI_API_KEY: 'k', MODEL_NAME: 'x' }, want: [] },
  ])('$name', ({ environment, want }) => {
    expect(variablesWithoutEffect(loadConfig({ environment }), environment)).toEqual(want);
  });
});
