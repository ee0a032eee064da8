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
        lonely.map {
          "\($0.description.name) needs the run \($0.needs!.prefix(12)), which is none of this "
            + "experiment; add it, or remove what needs it"
        }.joined(separator: "\n"))
    }
    var placed: Set<String> = []
    var ordered: [PlannedRun] = []
    var waiting = runs
    while !waiting.isEmpty {
      // What waits for a run comes right after it only if it stood before it.
      guard
        let index = waiting.firstIndex(where: { run in
          [run.needs, run.equals].allSatisfy { $0.map(placed.contains) ?? true }
        })
      else {
        let names = waiting.map(\.description.name).joined(separator: ", ")
        throw SweepError("these runs need one another in a circle: \(names)")
      }
      let run = waiting.remove(at: index)
      placed.insert(run.description.configHash)
      ordered.append(run)
    }
    return ordered
  }

  /// The run that another one needs.
  func neededRun(of run: PlannedRun) -> PlannedRun? {
    run.needs.flatMap { hash in runs.first { $0.description.configHash == hash } }
  }
}
