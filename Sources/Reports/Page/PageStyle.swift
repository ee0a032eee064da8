import Drawing

/// The style sheet of pages. Sections bring rules for their own classes.
enum PageStyle {
  static let text =
    ":root{\(Palette.properties(dark: false))}"
    + "@media (prefers-color-scheme:dark){:root{\(Palette.properties(dark: true))}}"
    + Palette.rules + frame + head + tables + folds + widths

  private static let sans =
    "Inter,\"Segoe UI\",Roboto,\"Helvetica Neue\",\"Noto Sans\",\"Liberation Sans\",Arial,sans-serif"
  private static let serif =
    "\"Iowan Old Style\",\"Palatino Linotype\",\"Source Serif 4\",\"Noto Serif\",Georgia,serif"

  private static let frame = """
    *{box-sizing:border-box}html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
    @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
    body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 \(sans);font-variant-numeric:tabular-nums}
    .page{display:grid;grid-template-columns:128px minmax(0,1000px);gap:44px;max-width:1216px;margin:0 auto;\
    padding:0 22px}
    nav{position:sticky;top:0;align-self:start;padding:44px 0 20px;max-height:100vh;overflow:auto;font-size:13px}
    nav p{margin:0 0 10px;font-weight:600;overflow-wrap:anywhere}nav p.part{font-weight:400;margin:14px 0 4px}
    nav ol{list-style:none;margin:0;padding:0;border-inline-start:1px solid var(--rule)}
    nav a{display:block;padding:3px 0 3px 11px;margin-inline-start:-1px;color:var(--muted);text-decoration:none;\
    border-inline-start:2px solid transparent}nav a:hover,nav a.on{color:var(--text);border-color:var(--better)}
    main{padding:40px 0 60px;min-width:0}
    .skip{position:absolute;inset-inline-start:-999px}
    .skip:focus{inset-inline-start:8px;top:8px;background:var(--bg);padding:8px;z-index:9}
    :focus-visible{outline:2px solid var(--better);outline-offset:2px}
    .vh{position:absolute!important;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    a{color:var(--better)}code{font-size:.9em}
    .live{border:1px solid var(--rule);padding:8px 12px;margin:0 0 8px}
    .again{margin:0 0 18px;font-size:13px;color:var(--muted)}
    #tip{position:fixed;z-index:9;max-width:320px;padding:4px 8px;font-size:12.5px;background:var(--text);\
    color:var(--bg);border-radius:3px;pointer-events:none}
    .picture{display:block;max-width:100%;height:auto;overflow:visible}
    """

  private static let head = """
    .kick{margin:0 0 14px;color:var(--muted);font-size:13px}.kick b{color:var(--text);font-weight:600}
    h1{font:400 35px/1.16 \(serif);letter-spacing:-.012em;margin:0 0 16px;max-width:21em;text-wrap:balance}
    .partname{font:400 28px/1.2 \(serif);margin:56px 0 12px}
    .lede{font-size:18.5px;line-height:1.5;max-width:43em;margin:0 0 26px;text-wrap:pretty}.nb{white-space:nowrap}
    .facts{list-style:none;padding:0;display:grid;grid-template-columns:repeat(5,1fr);margin:0 0 26px;\
    border-block:1px solid var(--rule)}
    .facts li{padding:11px 14px 12px;border-inline-start:1px solid var(--rule);overflow-wrap:anywhere}
    .facts li:first-child{padding-inline-start:0;border:0}
    .facts i{display:block;font-style:normal;font-size:12px;color:var(--muted)}.facts b{display:block;font-weight:600}
    .facts li>span{display:block;font-size:12.5px;line-height:1.38;color:var(--muted);margin-top:2px}
    .three{display:grid;grid-template-columns:repeat(3,1fr);gap:32px}
    .three h2,.three h3{font-size:15px;line-height:1.3;margin:0 0 5px}.three p{margin:0;font-size:14.5px;overflow-wrap:anywhere}
    .mk{display:inline-block;min-width:1.05em;color:var(--muted)}
    .warn{border:1px solid var(--worse);border-inline-start-width:4px;padding:8px 14px;margin:0 0 22px;font-size:14px}
    .warn p{margin:0 0 4px;font-weight:600}.warn ul{margin:0;padding-inline-start:18px}
    .fig{margin:58px 0 0;scroll-margin-top:10px}
    .fig h2,.fig h3{font:400 25px/1.22 \(serif);letter-spacing:-.008em;margin:0 0 7px;padding-top:16px;\
    border-top:1px solid var(--text)}
    .see{margin:0 0 18px;max-width:47em;text-wrap:pretty}.see p{margin:0 0 8px}
    .prose{max-width:47em;font-size:14px;margin-top:14px}.prose p{margin:0 0 8px}
    """

  private static let tables = """
    table{border-collapse:collapse;width:100%;font-size:13.5px;line-height:1.3}
    th{font-weight:400;text-align:start}caption{text-align:start;font-size:13px;color:var(--muted);padding-bottom:6px}
    thead th{font-size:12.5px;color:var(--muted);vertical-align:bottom;padding:4px 8px 5px;\
    border-bottom:1px solid var(--zero)}
    td,tbody th{padding:4px 8px}th:first-child,td:first-child{padding-inline-start:0}.n{text-align:end;white-space:nowrap}
    thead button{all:unset;cursor:pointer;color:inherit}thead button:hover{color:var(--text);text-decoration:underline}
    thead button:focus-visible{outline:2px solid var(--better)}
    th[aria-sort] button{color:var(--text);font-weight:600}
    th[aria-sort=descending] button::after{content:" ↓"}th[aria-sort=ascending] button::after{content:" ↑"}
    .list tbody tr{border-bottom:1px solid var(--grid)}.list td{vertical-align:top}
    .tools{display:flex;gap:20px;flex-wrap:wrap;margin:0 0 8px;font-size:13px;color:var(--muted)}
    html:not(.js) .tools{display:none}
    select,input{font:inherit;color:var(--text);background:var(--bg);border:1px solid var(--rule);border-radius:4px;\
    padding:3px 7px;max-width:100%}
    .scroll{overflow-x:auto}
    .key{display:flex;flex-wrap:wrap;gap:4px 18px;align-items:center;margin:12px 0 0;font-size:12.5px;color:var(--muted)}
    """

  private static let folds = """
    .fold{margin-top:22px}.fold+.fold{margin-top:-1px}
    .fold summary{cursor:pointer;padding:7px 0;border-block:1px solid var(--rule);font-weight:500;font-size:14px}
    summary::marker{color:var(--faint)}
    details.one{border-bottom:1px solid var(--grid)}.one summary{cursor:pointer;padding:3px 0;font-size:13.5px;\
    overflow-wrap:anywhere}.one .mk{font-size:12.5px}.one table{margin:0 0 12px}.one td{white-space:nowrap}
    .sent{margin:12px 0;padding-inline-start:18px;font-size:14px;max-width:62em;overflow-wrap:anywhere}.sent li{margin:3px 0}
    """

  // A sheet of A4 is 718 pixels wide and would get the phone's page: these are for screens.
  private static let widths = """
    @media screen and (max-width:1080px){.page{display:block}
    nav{position:static;padding:16px 0 0;max-height:none}
    nav ol{display:flex;flex-wrap:wrap;border:0}nav a{padding:2px 12px 2px 0;border:0;margin:0}nav p{margin:0 0 4px}
    main{padding-top:20px}}
    @media screen and (max-width:760px){.facts{grid-template-columns:1fr 1fr}
    .facts li{padding-inline-start:0;border:0}.three{grid-template-columns:1fr;gap:18px}h1{font-size:28px}
    .lede{font-size:17px}.page{padding:0 14px}}
    @page wide{size:A4 landscape}
    @media print{nav,.tools,.skip{display:none}.scroll{overflow:visible}.sheet{page:wide;zoom:.8}.page{display:block}main{zoom:.7;padding:0}
    .fig{break-inside:avoid-page}thead{display:table-header-group}:root{\(Palette.properties(dark: false))}}
    """
}
