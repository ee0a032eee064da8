import Drawing
import Results

/// When which run was computed: every attempt, and those that did not end well.
struct RunTimeline {
  /// One attempt on the way to the picture, in seconds since 1970.
  struct Bar {
    let label: String
    let isBaseline: Bool
    let attempt: AttemptRecord
    let start: Double
    /// The last moment that any attempt tells of, where it still runs.
    let end: Double
    var lane = 0
  }

  private let context: PageContext
  private let bars: [Bar]

  init(_ context: PageContext) {
    self.context = context
    var found: [(label: String, isBaseline: Bool, attempt: AttemptRecord)] = []
    func add(_ id: RunID, _ name: String, _ replica: Replica, isBaseline: Bool) {
      for attempt in context.evidence.attempts[id] ?? [] {
        found.append(("\(name), seed \(replica)", isBaseline, attempt))
      }
    }
    for strategy in context.comparison.strategies {
      for run in strategy.runs {
        add(run.id, strategy.name, Replica(run), isBaseline: strategy.isBaseline)
      }
    }
    for run in context.comparison.unfinished {
      add(run.id, run.strategy, Replica(seed: run.seed, fold: run.fold), isBaseline: false)
    }
    bars = Self.bars(found)
  }

  /// In the order of their beginnings, each on the first lane that is free.
  private static func bars(
    _ found: [(label: String, isBaseline: Bool, attempt: AttemptRecord)]
  ) -> [Bar] {
    func seconds(_ text: String?) -> Double? {
      text.flatMap(Timestamp.secondsSince1970).map(Double.init)
    }
    let last = found.compactMap { seconds($0.attempt.finishedAt ?? $0.attempt.startedAt) }.max()
    var bars = found.compactMap { one -> Bar? in
      guard let start = seconds(one.attempt.startedAt), let last else { return nil }
      let end = max(seconds(one.attempt.finishedAt) ?? last, start)
      return Bar(
        label: one.label, isBaseline: one.isBaseline, attempt: one.attempt, start: start, end: end)
    }.sorted { ($0.start, $0.label, $0.attempt.number) < ($1.start, $1.label, $1.attempt.number) }
    var free: [Double] = []
    for index in bars.indices {
      let lane = free.firstIndex { $0 <= bars[index].start } ?? free.count
      if lane == free.count { free.append(0) }
      free[lane] = bars[index].end
      bars[index].lane = lane
    }
    return bars
  }

  var markup: Markup {
    guard let picture = TimelinePicture(bars)?.picture else { return failures }
    return """
      <div class="scroll least" tabindex="0" role="group" aria-label="When runs were computed">\
      \(picture.inline(id: context.id("timeline")))</div><p class="key"><span>a bar: an attempt at a run; runs in one \
      row were computed one after another</span><span>dark: the baseline</span><span>× failed, lost, diverged or \
      cancelled</span><span>light blue: not ended</span><span>∥ nothing was computed for a while; times are UTC</span></p>\
      \(failures)\(DamagedRuns.sentence(.attempts, in: context))
      """
  }

  /// Attempts that did not end with a finished run.
  private var failures: Markup {
    let bad = bars.filter { $0.attempt.outcome.map { $0 != .done } ?? false }
    guard !bad.isEmpty else { return "" }
    let rows = bad.map { bar -> Markup in
      let attempt = bar.attempt
      let cause =
        attempt.error ?? attempt.signal.map { "signal \($0)" }
        ?? attempt.exitCode.map { "exit code \($0)" } ?? ""
      return """
        <tr><th scope="row" dir="auto">\(bar.label)</th><td class="n">\(attempt.number)</td>\
        <td class="nb">\(TimelinePicture.short(bar.start))</td><td>\(attempt.outcome?.rawValue ?? "")</td>\
        <td dir="auto">\(cause)</td></tr>
        """
    }
    return """
      <details class="fold"><summary>\(Figures.count(bad.count, "attempt", "attempts")) that did not end well</summary>\
      <div class="scroll" tabindex="0" role="group" aria-label="Attempts that did not end well"><table class="list">\
      <thead><tr><th scope="col">run</th><th scope="col" class="n">attempt</th><th scope="col">began</th>\
      <th scope="col">ended as</th><th scope="col">reason</th></tr></thead><tbody>\(rows.joined())</tbody></table></div>\
      </details>
      """
  }
}

/// Attempts as bars over time; hours in which nothing was computed are shortened.
struct TimelinePicture {
  private static let (width, laneHeight, top) = (980.0, 15.0, 6.0)
  /// Pixels of a shortened pause.
  private static let pause = 16.0
  /// More rows are no picture any more.
  private static let mostLanes = 64

  /// Times in which something was computed, and where they are drawn.
  private struct Stretch {
    var start: Double
    var end: Double
    var x = 0.0
    var width = 0.0
  }

  private let bars: [RunTimeline.Bar]
  private let stretches: [Stretch]
  private let lanes: Int

  /// `nil` without a bar, and for more than a picture has room for.
  init?(_ bars: [RunTimeline.Bar]) {
    lanes = (bars.map(\.lane).max() ?? -1) + 1
    guard (1...Self.mostLanes).contains(lanes) else { return nil }
    self.bars = bars
    stretches = Self.stretches(bars)
  }

  private static func stretches(_ bars: [RunTimeline.Bar]) -> [Stretch] {
    let busy = bars.reduce(0) { $0 + $1.end - $1.start }
    // Less than a hundredth of the work, or a minute, is no pause.
    let least = max(60, busy / 100)
    var stretches: [Stretch] = []
    for bar in bars {
      if let last = stretches.indices.last, bar.start - stretches[last].end <= least {
        stretches[last].end = max(stretches[last].end, bar.end)
      } else {
        stretches.append(Stretch(start: bar.start, end: bar.end))
      }
    }
    let pauses = min(Double(stretches.count - 1) * pause, width / 2)
    let total = max(stretches.reduce(0) { $0 + $1.end - $1.start }, 1)
    var x = 0.0
    for index in stretches.indices {
      stretches[index].x = x
      stretches[index].width =
        (stretches[index].end - stretches[index].start) / total * (width - pauses)
      x += stretches[index].width + pauses / Double(max(stretches.count - 1, 1))
    }
    return stretches
  }

  private func x(_ time: Double) -> Double {
    let stretch = stretches.last { $0.start <= time } ?? stretches[0]
    let length = max(stretch.end - stretch.start, 1)
    return stretch.x + min((time - stretch.start) / length, 1) * stretch.width
  }

  var picture: Picture {
    let bottom = Self.top + Double(lanes) * Self.laneHeight
    var body: Markup = ""
    var lastLabel = -Double.infinity
    for (place, stretch) in stretches.enumerated() {
      if place > 0 {
        body += "<text class=\"tf te\" x=\"\(stretch.x - 3)\" y=\"\(bottom + 1)\">∥</text>"
      }
      guard stretch.x - lastLabel > 80, stretch.x < Self.width - 70 else { continue }
      lastLabel = stretch.x
      body += """
        <text class="tf" x="\(stretch.x)" y="\(bottom + 16)">\(Self.short(stretch.start))</text>
        """
    }
    let end = stretches[stretches.count - 1].end
    if lastLabel < Self.width - 170 {
      body +=
        "<text class=\"tf te\" x=\"\(Self.width)\" y=\"\(bottom + 16)\">\(Self.short(end))</text>"
    }
    body += bars.map(bar).joined()
    let bad = bars.count { $0.attempt.outcome.map { $0 != .done } ?? false }
    return Picture(
      width: Self.width, height: bottom + 22, title: "When runs were computed",
      summary:
        "\(Figures.count(bars.count, "attempt", "attempts")) from \(Self.short(bars[0].start)) to "
        + "\(Self.short(end)), \(bad) of which did not end well.", body: body)
  }

  private func bar(_ bar: RunTimeline.Bar) -> Markup {
    let (left, y) = (x(bar.start), Self.top + Double(bar.lane) * Self.laneHeight)
    let width = max(x(bar.end) - left - 0.6, 1.2)
    let isBad = bar.attempt.outcome.map { $0 != .done } ?? false
    let tone = bar.attempt.outcome == nil ? "u2" : isBad ? "d3" : bar.isBaseline ? "s4" : "s2"
    let outcome = bar.attempt.outcome?.rawValue ?? "not ended"
    let tip =
      "\(bar.label), attempt \(bar.attempt.number): \(outcome), "
      + "\(Self.short(bar.start)), \(Figures.duration(bar.end - bar.start))"
    let cross: Markup =
      isBad ? "<text class=\"tb tc\" x=\"\(left + width / 2)\" y=\"\(y + 10.5)\">×</text>" : ""
    return """
      <g data-tip="\(tip)"><rect class="\(tone)" x="\(left)" y="\(y)" width="\(width)" height="12"/>\(cross)</g>
      """
  }

  /// A time such as `11-24 02:22`.
  static func short(_ seconds: Double) -> String {
    let text = Timestamp.text(secondsSince1970: Int64(seconds))
    return text.dropFirst(5).prefix(5) + " " + text.dropFirst(11).prefix(5)
  }
}
