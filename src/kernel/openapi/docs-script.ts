/*
 * What runs in the browser. The page is sent the source of {@link startSwaggerUi}, so that it refers to nothing outside
 * itself.
 */

/** The parts of Swagger UI's system that are used here. */
interface System {
  React: { createElement(type: unknown, properties: object | null, ...children: unknown[]): unknown };
  layoutSelectors: { currentFilter(): unknown };
  layoutActions: { updateFilter(phrase: string): void; show(thing: string[], shown: boolean): void };
  specSelectors: { taggedOperations(): { keys(): Iterable<string>; readonly size: number } };
}
/** Immutable.js, as Swagger UI hands it to plugins. */
interface Collection {
  get(key: string): unknown;
  getIn(path: string[]): unknown;
  set(key: string, value: unknown): Collection;
  map(change: (value: Collection, key: string) => Collection): Collection;
  filter(keep: (value: Collection, key: string) => boolean): Collection;
  readonly size: number;
}
interface Exchange {
  ok: boolean;
  url: string;
  headers: Record<string, string>;
  obj?: { token?: string };
}
interface Browser {
  ui: { authActions: { authorizeWithPersistOption(credentials: object): void } };
  document: { currentScript: { dataset: { base: string } } };
  SwaggerUIBundle: { (options: object): Browser['ui']; presets: { apis: unknown } };
}

/** Starts Swagger UI. */
function startSwaggerUi(): void {
  const browser = globalThis as unknown as Browser;

  /** Whether every word of the phrase stands in the operation's method, path, summary, name or heading. */
  function isFound(operation: Collection, tag: string, phrase: string): boolean {
    const text = [
      operation.get('method'),
      operation.get('path'),
      operation.getIn(['operation', 'summary']),
      operation.getIn(['operation', 'operationId']),
      tag,
    ]
      .join(' ')
      .toLowerCase();
    return phrase
      .toLowerCase()
      .split(/\s+/)
      .every(word => text.includes(word));
  }

  /** Swagger UI's own filter looks at headings alone. */
  function searchPlugin() {
    return {
      fn: {
        opsFilter: (tagged: Collection, phrase: string) =>
          tagged
            .map((section, tag) =>
              section.set(
                'operations',
                (section.get('operations') as Collection).filter(one => isFound(one, tag, phrase.trim())),
              ),
            )
            .filter(section => (section.get('operations') as Collection).size > 0),
      },
      components: { FilterContainer: searchField },
      wrapComponents: { operations: foundOperations, Webhooks: unlessSearching, Models: unlessSearching },
    };
  }

  /** What is searched for; empty when nothing is. */
  function phraseOf({ layoutSelectors }: Pick<System, 'layoutSelectors'>): string {
    const phrase = layoutSelectors.currentFilter();
    return typeof phrase === 'string' && phrase !== 'true' ? phrase : '';
  }

  /** Swagger UI would say of a search without success that the document has no operations. */
  function foundOperations(Operations: unknown, system: System) {
    const { createElement } = system.React;
    return (properties: object) => {
      const phrase = phraseOf(system).trim();
      if (phrase === '' || system.specSelectors.taggedOperations().size > 0)
        return createElement(Operations, properties);
      return createElement(
        'p',
        { className: 'nothing-found', role: 'status' },
        `No operation matches “${phrase}”.`,
      );
    };
  }

  /** Only operations are searched: what else there is would look like something that was found. */
  function unlessSearching(Component: unknown, system: System) {
    return (properties: object) =>
      phraseOf(system).trim() === '' ? system.React.createElement(Component, properties) : null;
  }

  function searchField(properties: Omit<System, 'React'> & { getSystem(): System }) {
    const { layoutActions, specSelectors, getSystem } = properties;
    const { createElement } = getSystem().React;
    const search = (words: string) => {
      layoutActions.updateFilter(words);
      // What is found is shown, not folded away under its heading.
      for (const tag of specSelectors.taggedOperations().keys())
        layoutActions.show(['operations-tag', tag], words.trim() !== '');
    };
    return createElement(
      'div',
      { className: 'filter-container' },
      createElement(
        'div',
        { className: 'filter wrapper' },
        createElement(
          'label',
          null,
          'Search operations',
          createElement('input', {
            className: 'operation-filter-input',
            type: 'search',
            placeholder: 'Words of a path, a summary or a heading',
            value: phraseOf(properties),
            onChange: (event: { target: { value: string } }) => search(event.target.value),
          }),
        ),
      ),
    );
  }

  /** The API refuses two credentials; of several that are set, the page sends the one that it names first. */
  function sendOneCredential(request: Exchange): Exchange {
    const names = Object.keys(request.headers);
    if (names.some(name => name.toLowerCase() === 'authorization'))
      for (const name of names) if (name.toLowerCase() === 'x-api-key') delete request.headers[name];
    return request;
  }

  /** After a successful sign-in, the page uses the new token by itself. */
  function useTokenOfSignIn(response: Exchange): Exchange {
    const token = /\/v1\/sessions(\/totp)?$/.test(response.url) && response.ok && response.obj?.token;
    if (token) {
      browser.ui.authActions.authorizeWithPersistOption({
        bearer: { name: 'bearer', schema: { type: 'http', scheme: 'bearer' }, value: token },
      });
    }
    return response;
  }

  browser.ui = browser.SwaggerUIBundle({
    url: `${browser.document.currentScript.dataset.base}openapi.json`,
    dom_id: '#swagger-ui',
    presets: [browser.SwaggerUIBundle.presets.apis],
    plugins: [searchPlugin],
    layout: 'BaseLayout',
    deepLinking: true,
    persistAuthorization: true,
    docExpansion: 'none',
    defaultModelsExpandDepth: 0,
    filter: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    requestInterceptor: sendOneCredential,
    responseInterceptor: useTokenOfSignIn,
  });
}

/** The script of the page. */
export const SCRIPT = `(${startSwaggerUi.toString()})();\n`;
