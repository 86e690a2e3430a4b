// Shows the document. What would lead away from this server is switched off.
Scalar.createApiReference("#docs", {
  url: "/openapi.json",
  localization: { locale: "zh-CN" },
  // The token stays in the browser, until it is taken out of its field.
  authentication: { preferredSecurityScheme: "token" },
  persistAuth: true,
  // All tags stand side by side, closed, under the search.
  defaultOpenFirstTag: false,
  showOperationId: true,
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  agent: { disabled: true },
  mcp: { disabled: true },
});
