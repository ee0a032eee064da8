/// Which runs of a plan depend on each other, through needs and equality: its chains.
struct RunChains {
  /// The chain of each run, from 0 in the order of their first runs.
  let indices: [Int]

  /// Joins each run with the one that it needs and the one that stands for it.
  init(_ runs: [SweepPlan.PlannedRun]) {
    let places = Dictionary(
      runs.enumerated().map { ($1.description.configHash, $0) },
      uniquingKeysWith: { first, _ in first })
    var parents = Array(runs.indices)
    func root(_ place: Int) -> Int {
      var place = place
      while parents[place] != place { place = parents[place] }
      return place
    }
    for (place, run) in runs.enumerated() {
      for other in [run.needs, run.equals].compactMap({ $0 }).compactMap({ places[$0] }) {
        // The earlier run leads, so that chains are numbered as the plan has them.
        let (first, second) = (root(place), root(other))
        parents[max(first, second)] = min(first, second)
      }
    }
    var numbers: [Int: Int] = [:]
    indices = runs.indices.map { place in
      let leader = root(place)
      let number = numbers[leader] ?? numbers.count
      numbers[leader] = number
      return number
    }
  }
}
