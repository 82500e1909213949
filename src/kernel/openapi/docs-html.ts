/** The page around Swagger UI. `base` is where its files are, relative to the page: below any path of `PUBLIC_URL`. */
export function docsHtml(base: string, version: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bailiwick API</title>
<link rel="icon" type="image/svg+xml" href="${base}logo.svg">
<link rel="stylesheet" href="${base}swagger-ui.css">
<link rel="stylesheet" href="${base}docs.css">
</head>
<body>
<header class="brand"><img src="${base}logo.svg" width="32" height="32" alt=""><strong>Bailiwick</strong><span>${version}</span></header>
<div id="swagger-ui"></div>
<noscript><p class="brand-note">Swagger UI needs JavaScript. The document itself is at <a href="${base}openapi.json">openapi.json</a>.</p></noscript>
<script src="${base}swagger-ui-bundle.js"></script>
<script src="${base}docs.js" data-base="${base}"></script>
</body>
</html>
`;
}

/** The mark: a keep on its hill. */
export const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#17365d"/><path d="M8 7h4v3h2V7h4v3h2V7h4v8l-2 2v6h-4v-4a2 2 0 0 0-4 0v4h-4v-6l-2-2z" fill="#fff"/><path d="M5 25h22" stroke="#f2b33d" stroke-width="2.5" stroke-linecap="round"/></svg>
`;

/** The colours of the product, and room on small screens. */
export const STYLE = `:root{--brand:#17365d;--accent:#1f5fbf}
body{margin:0;background:#fff}
.brand{display:flex;align-items:center;gap:.6rem;padding:.6rem 1.25rem;background:var(--brand);color:#fff;font:16px/1.4 system-ui,sans-serif}
.brand strong{font-size:1.15rem}
.brand span{opacity:.85}
.brand-note{font:16px/1.5 system-ui,sans-serif;margin:2rem 1.25rem}
.swagger-ui .info{margin:1.5rem 0}
.swagger-ui .info .title{color:var(--brand)}
.swagger-ui .info a,.swagger-ui .opblock-tag small a{color:var(--accent)}
.swagger-ui .btn.authorize{border-color:var(--accent);color:var(--accent)}
.swagger-ui .btn.authorize svg{fill:var(--accent)}
.swagger-ui .btn.execute{background:var(--accent);border-color:var(--accent)}
.swagger-ui .opblock-tag{color:var(--brand)}
.swagger-ui .scheme-container{box-shadow:none;border-bottom:1px solid #d8dee8}
.swagger-ui .filter-container label{display:block;padding:1rem 0 0;font:14px system-ui,sans-serif;color:#3b4151}
.swagger-ui .filter-container input{box-sizing:border-box;display:block;width:100%;max-width:40rem;margin:.4rem 0 1rem}
.swagger-ui .nothing-found{font:16px/1.5 system-ui,sans-serif;color:#3b4151;overflow-wrap:anywhere}
.swagger-ui .info table{display:block;overflow-x:auto}
@media(max-width:640px){
.swagger-ui .wrapper{padding:0 .75rem}
.swagger-ui .opblock-tag{flex-wrap:wrap}
.swagger-ui .opblock-tag small{flex-basis:100%;padding:0}
.swagger-ui .opblock .opblock-summary{flex-wrap:wrap}
.swagger-ui .opblock-summary-path{max-width:100%!important;word-break:break-word}
.swagger-ui table{table-layout:fixed}
.swagger-ui .parameters thead{display:none}
.swagger-ui .parameters tbody td{display:block;width:auto;max-width:none;padding:.25rem 0}
.swagger-ui .response-col_status{width:3.5em}
.swagger-ui .response-col_links{display:none}
.swagger-ui .parameters-col_description input,.swagger-ui .parameters-col_description select{max-width:100%;min-width:0!important;width:100%}
.swagger-ui .scheme-container .schemes{flex-wrap:wrap;gap:1rem}
}
`;
