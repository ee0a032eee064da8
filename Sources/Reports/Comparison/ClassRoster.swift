import Metrics
import Results

/// The classes of a comparison, and where each run keeps them.
///
/// Classes are matched by name, since two runs may have seen different selections.
struct ClassRoster {
  /// With training images, the most frequent first.
  private(set) var seen: [ClassRow] = []
  /// Without training images.
  private(set) var unseen: [ClassRow] = []
  private(set) var remarks: [String] = []
  /// Position in `seen` by name.
  private var places: [String: Int] = [:]

  init(_ runs: [RunSummary]) {
    struct Tally {
      var name: String
      var train: ClosedRange<Int>
      var test: ClosedRange<Int>
      var order: Int
    }
    var tallies: [String: Tally] = [:]
    var known: Set<[ClassRecord]> = []
    for run in runs where known.insert(run.classRecords).inserted {
      for record in run.classRecords {
        let train = record.trainCount...record.trainCount
        let test = record.testCount...record.testCount
        if let old = tallies[record.name] {
          tallies[record.name]!.train = old.train.joined(with: train)
          tallies[record.name]!.test = old.test.joined(with: test)
        } else {
          tallies[record.name] = Tally(
            name: record.name, train: train, test: test, order: tallies.count)
        }
      }
    }
    let sorted = tallies.values.sorted {
      (-$0.train.upperBound, $0.order) < (-$1.train.upperBound, $1.order)
    }
    for tally in sorted {
      let row = ClassRow(
        name: tally.name, trainCounts: tally.train,
        group: ShotGroup(trainingCount: tally.train.upperBound), support: tally.test)
      if row.group == .unseen { unseen.append(row) } else { seen.append(row) }
    }
    for (place, row) in seen.enumerated() { places[row.name] = place }
    remark(on: known)
  }

  private mutating func remark(on known: Set<[ClassRecord]>) {
    let names = Set(known.filter { !$0.isEmpty }.map { Set($0.map(\.name)) })
    if names.count > 1 {
      remarks.append(
        "The runs do not all have the same classes; a class's mean is over the runs that have it.")
    } else if seen.contains(where: { $0.trainCounts.count > 1 }) {
      remarks.append(
        "Training counts differ between runs (a split by seed): the table shows their range.")
    }
  }

  /// The metrics of one run in the order of `seen`; `nil` where the run lacks the class.
  private func aligned(_ run: RunSummary) -> [ClassMetrics?] {
    var aligned = [ClassMetrics?](repeating: nil, count: seen.count)
    for metrics in run.classes where run.classRecords.indices.contains(metrics.classIndex) {
      guard let place = places[run.classRecords[metrics.classIndex].name] else { continue }
      aligned[place] = metrics
    }
    return aligned
  }

  /// Means over seeds of every class and average, and their differences to the partners.
  func figures(
    of runs: [RunSummary], pairs: [(run: RunSummary, partner: RunSummary)]
  ) -> (classes: [ClassFigures], averages: [ClassAverage: ClassFigures]) {
    let own = runs.map(aligned)
    let paired = pairs.map { (run: aligned($0.run), partner: aligned($0.partner)) }
    let classes = seen.indices.map { place in
      let column = own.compactMap { $0[place] }
      var figures = ClassFigures()
      figures.top1 = Spread(column.compactMap(\.top1))
      figures.top5 = Spread(column.compactMap(\.top5))
      figures.precision = Spread(column.compactMap(\.precision))
      figures.recall = Spread(column.compactMap(\.recall))
      figures.f1 = Spread(column.compactMap(\.f1))
      let support = support(of: [place], in: paired)
      func change(_ figure: (ClassMetrics) -> Double?) -> ClassChange? {
        let shares = paired.compactMap { pair -> (own: Double, baseline: Double)? in
          guard let here = pair.run[place].flatMap(figure),
            let there = pair.partner[place].flatMap(figure)
          else { return nil }
          return (here, there)
        }
        return ClassChange(pairs: shares, support: support)
      }
      figures.top1Change = change(\.top1)
      figures.top5Change = change(\.top5)
      return figures
    }
    var averages: [ClassAverage: ClassFigures] = [:]
    for average in ClassAverage.allCases {
      averages[average] = figures(of: average, own: own, paired: paired)
    }
    return (classes, averages)
  }

  private func figures(
    of average: ClassAverage, own: [[ClassMetrics?]],
    paired: [(run: [ClassMetrics?], partner: [ClassMetrics?])]
  ) -> ClassFigures? {
    let rows = seen.indices.filter { average.includes(seen[$0].group) }
    guard !rows.isEmpty else { return nil }
    // One image of the whole group: the finest step an average can take.
    let images = support(of: rows, in: paired)
    func mean(_ run: [ClassMetrics?], _ kind: Kind) -> Double? {
      Self.mean(rows.compactMap { run[$0] }, kind, overImages: average == .images)
    }
    func change(_ kind: Kind) -> ClassChange? {
      let shares = paired.compactMap { pair -> (own: Double, baseline: Double)? in
        guard let here = mean(pair.run, kind), let there = mean(pair.partner, kind) else {
          return nil
        }
        return (here, there)
      }
      return ClassChange(pairs: shares, support: images)
    }
    var figures = ClassFigures()
    figures.top1 = Spread(own.compactMap { mean($0, .top1) })
    figures.top5 = Spread(own.compactMap { mean($0, .top5) })
    figures.top1Change = change(.top1)
    figures.top5Change = change(.top5)
    return figures
  }

  /// Test images of some classes in a pair of runs, the fewest of all pairs: of folds, a part of
  /// what the classes have in all.
  private func support(
    of rows: [Int], in pairs: [(run: [ClassMetrics?], partner: [ClassMetrics?])]
  ) -> Int {
    let images = pairs.map { pair in rows.reduce(0) { $0 + (pair.run[$1]?.support ?? 0) } }
    let least = images.filter { $0 > 0 }.min()
    return least ?? rows.reduce(0) { $0 + seen[$1].support.lowerBound }
  }

  private enum Kind { case top1, top5 }

  /// Over classes: Σ share / classes with images. Over images: Σ hits / Σ images.
  private static func mean(
    _ classes: [ClassMetrics], _ kind: Kind, overImages: Bool
  ) -> Double? {
    if overImages {
      let images = classes.reduce(0) { $0 + $1.support }
      let hits = classes.reduce(0) { $0 + (kind == .top1 ? $1.correct : $1.correctTop5) }
      return images == 0 ? nil : Double(hits) / Double(images)
    }
    let shares = classes.compactMap { kind == .top1 ? $0.top1 : $0.top5 }
    return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }
}

extension ClassAverage {
  func includes(_ group: ShotGroup) -> Bool {
    switch self {
    case .many: group == .many
    case .medium: group == .medium
    case .few: group == .few
    case .classes, .images: true
    }
  }

  /// How a table calls it.
  var title: String {
    switch self {
    case .many: "many (>100)"
    case .medium: "medium (20-100)"
    case .few: "few (<20)"
    case .classes: "all, over classes"
    case .images: "all, over images"
    }
  }
}

extension ClosedRange<Int> {
  fileprivate func joined(with other: ClosedRange<Int>) -> ClosedRange<Int> {
    Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
  }
}
