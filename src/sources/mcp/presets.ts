/**
 * Read-only tools of well-known MCP servers, by the names in their own documentation. Data only: what is not named here is not called.
 *
 * Left out on purpose: tools that mix reading and writing behind an argument, that start work which stays (Grafana's Sift), and that hand
 * out users' data rather than the state of a system (MongoDB's `find` and `aggregate`). A configuration may name more.
 */

export interface McpPreset {
  /** The page that names these tools. */
  readonly page: string;
  /** How to run the server so that it cannot write, whatever is asked of it. */
  readonly advice: string;
  readonly tools: readonly string[];
}

export const MCP_PRESETS = {
  'aws-cloudwatch': {
    page: 'https://awslabs.github.io/mcp/servers/cloudwatch-mcp-server',
    advice: 'Run it with a role that may only read CloudWatch.',
    tools: [
      'get_metric_data',
      'get_metric_metadata',
      'get_active_alarms',
      'get_alarm_history',
      'describe_log_groups',
      'analyze_log_group',
      'execute_log_insights_query',
      'get_logs_insight_query_results',
    ],
  },
  'aws-eks': {
    page: 'https://awslabs.github.io/mcp/servers/eks-mcp-server',
    advice: 'Leave out --allow-write.',
    tools: [
      'list_k8s_resources',
      'list_api_versions',
      'get_pod_logs',
      'get_k8s_events',
      'get_eks_vpc_config',
      'get_cloudwatch_logs',
      'get_cloudwatch_metrics',
      'get_eks_metrics_guidance',
      'search_eks_troubleshoot_guide',
      'get_eks_insights',
    ],
  },
  github: {
    page: 'https://github.com/github/github-mcp-server#tools',
    advice: 'Run it with --read-only, and with a token that may only read.',
    tools: [
      'get_commit',
      'list_commits',
      'get_file_contents',
      'list_branches',
      'list_releases',
      'get_latest_release',
      'get_release_by_tag',
      'get_tag',
      'list_pull_requests',
      'pull_request_read',
      'search_pull_requests',
      'actions_get',
      'actions_list',
      'get_job_logs',
    ],
  },
  mongodb: {
    page: 'https://github.com/mongodb-js/mongodb-mcp-server#supported-tools',
    advice: 'Run it with --readOnly.',
    tools: [
      'list-databases',
      'list-collections',
      'collection-indexes',
      'collection-schema',
      'collection-storage-size',
      'db-stats',
      'count',
      'explain',
      'mongodb-logs',
      'atlas-list-clusters',
      'atlas-inspect-cluster',
      'atlas-list-alerts',
      'atlas-get-performance-advisor',
    ],
  },
  grafana: {
    page: 'https://github.com/grafana/mcp-grafana#tools',
    advice: 'Run it with --disable-write, and with a service account of the role Viewer.',
    tools: [
      'search_dashboards',
      'get_dashboard_summary',
      'get_dashboard_panel_queries',
      'get_dashboard_property',
      'list_datasources',
      'get_datasource',
      'query_prometheus',
      'query_prometheus_histogram',
      'list_prometheus_metric_names',
      'list_prometheus_metric_metadata',
      'list_prometheus_label_names',
      'list_prometheus_label_values',
      'query_loki_logs',
      'query_loki_stats',
      'query_loki_patterns',
      'list_loki_label_names',
      'list_loki_label_values',
      'get_annotations',
      'list_incidents',
      'get_incident',
      'list_alert_groups',
      'get_alert_group',
    ],
  },
} as const satisfies Readonly<Record<string, McpPreset>>;
