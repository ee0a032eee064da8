import Mustache

/// The frame of a page, for Mustache: two braces escape, three take markup as it is.
enum PageTemplate {
  static let compiled: MustacheTemplate = {
    do {
      return try MustacheTemplate(string: text)
    } catch {
      preconditionFailure("the page's template: \(error)")
    }
  }()

  static let text = """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
    script-src 'unsafe-inline'; img-src data:">
    <title>{{title}}</title><style>{{{style}}}</style></head>
    <body><a class="skip" href="#answer">Skip to the answer</a>
    <div class="page"><nav aria-label="Contents"><p dir="auto">{{sweep}}</p>
    {{#parts}}{{#isNamed}}<p class="part" dir="auto">{{name}}</p>{{/isNamed}}<ol>\
    <li><a href="#{{id}}">Answer</a></li>{{#sections}}<li><a href="#{{id}}">{{title}}</a></li>{{/sections}}</ol>
    {{/parts}}</nav>
    <main id="answer"><header class="top">{{#progress}}<p class="live" role="status">{{.}}</p>{{/progress}}
    {{#refresh}}<p class="again"><label class="tools"><input type="checkbox" id="again" data-seconds="{{.}}" checked> \
    read the file again every {{.}} seconds</label></p>
    <noscript><p class="again">The file is written again after every run; reload it to see how far the sweep is.</p></noscript>
    {{/refresh}}
    <p class="kick">Counterpoise report <span>·</span> sweep <b dir="auto">{{sweep}}</b>\
    {{#hasOrigin}} <span>·</span> {{origin}}{{/hasOrigin}}</p>
    <h1>{{question}}</h1></header>
    {{#parts}}<section class="partbody" {{#isNamed}}aria-labelledby="{{id}}-name"{{/isNamed}}{{^isNamed}}aria-label="{{name}}"{{/isNamed}}>
    <div class="answer" id="{{id}}{{^isNamed}}-1{{/isNamed}}">{{#isNamed}}<h2 class="partname" id="{{id}}-name" dir="auto">{{name}}</h2>{{/isNamed}}
    {{{answer}}}</div>
    {{#sections}}<section class="fig" id="{{id}}" aria-labelledby="{{labels}}"><h{{level}} id="{{id}}-h">{{heading}}</h{{level}}>
    <div class="see">{{{lede}}}</div>
    {{{body}}}</section>
    {{/sections}}</section>
    {{/parts}}</main></div>
    <div id="tip" role="tooltip" hidden></div>
    <script>{{{script}}}</script></body></html>

    """
}
