import Drawing
import Results

/// One line of a learning curve: a figure by epoch; `nil` where it is undefined.
package struct Curve {
  /// Epochs, ascending, with the figure's value.
  package var points: [(epoch: Int, value: Double?)]

  /// The figure of each epoch; what is no finite number counts as undefined.
  package init(_ epochs: [EpochRecord], _ figure: (EpochRecord) -> Double?) {
    points = epochs.map { epoch in
      (epoch.epoch, figure(epoch).flatMap { $0.isFinite ? $0 : nil })
    }
  }

  package init(points: [(epoch: Int, value: Double?)]) { self.points = points }

  package var defined: [Double] { points.compactMap(\.value) }

  /// The last defined value.
  package var last: Double? { defined.last }

  /// The mean over curves of each epoch; undefined where none of them has a value.
  package static func mean(_ curves: [Curve]) -> Curve {
    var sums: [Int: (sum: Double, count: Int)] = [:]
    var epochs: Set<Int> = []
    for point in curves.flatMap(\.points) {
      epochs.insert(point.epoch)
      guard let value = point.value else { continue }
      let old = sums[point.epoch] ?? (0, 0)
      sums[point.epoch] = (old.sum + value, old.count + 1)
    }
    return Curve(
      points: epochs.sorted().map { epoch in
        (epoch, sums[epoch].map { $0.sum / Double($0.count) })
      })
  }

  /// At most about `limit` points: neighbouring epochs are put together, and of each such stretch the
  /// lowest and the highest value stay, so that no spike is lost; so do the first and the last epoch.
  /// A stretch without any value stays a gap.
  package func thinned(to limit: Int) -> Curve {
    guard points.count > limit, limit >= 4 else { return self }
    let inner = points[1..<(points.count - 1)]
    let stretches = (limit - 2) / 2
    var kept = [points[0]]
    for stretch in 0..<stretches {
      let start = inner.startIndex + inner.count * stretch / stretches
      let end = inner.startIndex + inner.count * (stretch + 1) / stretches
      let part = inner[start..<end]
      let values = part.filter { $0.value != nil }
      guard let low = values.min(by: { $0.value! < $1.value! }),
        let high = values.max(by: { $0.value! < $1.value! })
      else {
        kept += part.prefix(1)
        continue
      }
      kept += low.epoch == high.epoch ? [low] : low.epoch < high.epoch ? [low, high] : [high, low]
    }
    return Curve(points: kept + [points[points.count - 1]])
  }

  /// The line as data of a path, with gaps where it is undefined; a lone value is a dot.
  package func path(_ x: Scale, _ y: Scale) -> String {
    var path = ""
    var isDrawing = false
    for (index, point) in points.enumerated() {
      guard let value = point.value else {
        isDrawing = false
        continue
      }
      let place =
        "\(Markup.number(x(Double(point.epoch)), decimals: 1)) "
        + "\(Markup.number(y(value), decimals: 1))"
      path += (isDrawing ? "L" : "M") + place
      let next = points.indices.contains(index + 1) ? points[index + 1].value : nil
      // Round ends make a dot of a line without length.
      if !isDrawing, next == nil { path += "h.01" }
      isDrawing = true
    }
    return path
  }
}
