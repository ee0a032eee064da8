import Experiments
import Results

extension SweepPlan {
  /// The same runs, each after the one that it needs and the one that stands for it; otherwise in
  /// their order.
  ///
  /// - Throws: where a run needs one that is not among them, or, by a circle, itself.
  static func inOrderOfNeed(_ runs: [PlannedRun]) throws -> [PlannedRun] {
    let hashes = Set(runs.map(\.description.configHash))
    let lonely = runs.filter { $0.needs.map { !hashes.contains($0) } ?? false }
    guard lonely.isEmpty else {
      throw SweepError(
        Shortening.lines(
          lonely.map {
            "\($0.description.name) needs the run \($0.needs!.prefix(12)), which is none of this "
              + "experiment; add it, or remove what needs it"
          }))
    }
    let order = NeedOrder(
      runs.map { run in
        (hash: run.description.configHash, needs: [run.needs, run.equals].compactMap(\.self))
      }
    ).order
    guard order.count == runs.count else {
      let placed = Set(order)
      let names = runs.indices.filter { !placed.contains($0) }.map { runs[$0].description.name }
      throw SweepError(
        "these runs need one another in a circle: \(Shortening.list(names, limit: 20))")
    }
    return order.map { runs[$0] }
  }
}

/// The order of things of which some come after others: of all that may come next, the one that stood
/// first.
///
/// A heap of what is ready, in time n log n; each thing waits for so many others that it counts down.
package struct NeedOrder {
  /// Places in the order asked for; those that wait for one another in a circle, or for what is not
  /// there, are missing.
  package private(set) var order: [Int] = []

  /// - Parameter things: each with what it is called and what must come before it; of several things
  ///   with one name the first that comes counts.
  package init(_ things: [(hash: String, needs: [String])]) {
    var waiting: [String: [Int]] = [:]
    var missing = [Int](repeating: 0, count: things.count)
    var ready = Heap()
    for (place, thing) in things.enumerated() {
      let needs = Set(thing.needs)
      missing[place] = needs.count
      for need in needs { waiting[need, default: []].append(place) }
      if needs.isEmpty { ready.insert(place) }
    }
    order.reserveCapacity(things.count)
    while let next = ready.removeSmallest() {
      order.append(next)
      // A second thing of this name finds nobody waiting.
      for place in waiting.removeValue(forKey: things[next].hash) ?? [] {
        missing[place] -= 1
        if missing[place] == 0 { ready.insert(place) }
      }
    }
  }

  /// Whole numbers, the smallest of which is at hand.
  private struct Heap {
    private var numbers: [Int] = []

    mutating func insert(_ number: Int) {
      numbers.append(number)
      var child = numbers.count - 1
      while child > 0, numbers[child] < numbers[(child - 1) / 2] {
        numbers.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    }

    mutating func removeSmallest() -> Int? {
      guard let smallest = numbers.first else { return nil }
      let last = numbers.removeLast()
      guard !numbers.isEmpty else { return smallest }
      numbers[0] = last
      var parent = 0
      while true {
        var least = parent
        for child in [2 * parent + 1, 2 * parent + 2]
        where child < numbers.count && numbers[child] < numbers[least] { least = child }
        if least == parent { return smallest }
        numbers.swapAt(parent, least)
        parent = least
      }
    }
  }
}
