/// A curve in one line of text.
enum Sparkline {
  /// One sign a value, from the lowest to the highest of them; a gap where there is none.
  /// More values than `width` are averaged over equal stretches.
  static func draw(_ values: [Double?], width: Int, unicode: Bool) -> String {
    let steps = Array(unicode ? "▁▂▃▄▅▆▇█" : "_.-~=+*#")
    let points = values.count > width ? condensed(values, to: width) : values
    let known = points.compactMap { $0 }.filter(\.isFinite)
    guard let low = known.min(), let high = known.max() else { return "" }
    return String(
      points.map { value -> Character in
        guard let value, value.isFinite else { return " " }
        guard high > low else { return steps[steps.count / 2] }
        let place = (value - low) / (high - low) * Double(steps.count - 1)
        return steps[Int(place.rounded())]
      })
  }

  private static func condensed(_ values: [Double?], to width: Int) -> [Double?] {
    (0..<width).map { column in
      let part = values[(column * values.count / width)..<((column + 1) * values.count / width)]
      let known = part.compactMap { $0 }.filter(\.isFinite)
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
  }

  /// A bar of `value / full` of `width` cells; anything above nothing shows at least one.
  static func bar(_ value: Int, of full: Int, width: Int, unicode: Bool) -> String {
    guard value > 0, full > 0, width > 0 else { return "" }
    let cells = max(1, Int((Double(value) / Double(full) * Double(width)).rounded()))
    return String(repeating: unicode ? "█" : "#", count: min(cells, width))
  }
}
