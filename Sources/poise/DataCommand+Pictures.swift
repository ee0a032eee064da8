import Datasets
import Images
import Reports
import Training

extension DataCommand {
  /// The groups of identical pictures of a data set.
  func duplicates(in data: PreparedData) -> PictureList {
    let groups = data.copies.groups(in: data.catalogue)
    let place = places(in: data)
    var notes = data.splits.notes.filter { $0.contains("identical") }
    let set = data.catalogue.quarantined.filter {
      $0.reason == .conflictingLabels || $0.reason == .droppedCopy
    }
    notes += set.map { "\($0.id) is set aside: \($0.detail)" }
    if groups.isEmpty { notes.insert("No two usable pictures are identical.", at: 0) }
    return PictureList(
      title: "Identical pictures of data set \(data.catalogue.name)",
      groups: groups.map { group in
        PictureList.Group(
          images: group.members.map(place), evidence: [("evidence", group.evidence.rawValue)])
      }, notes: notes)
  }

  /// Confirmed pairs of nearly identical pictures of a data set.
  func nearPairs(in data: PreparedData, cache: String) throws -> PictureList {
    let bar = ProgressBar(label: "decoding images")
    defer { bar.finish() }
    let pairs = try data.nearPairs(cacheFolder: cache, threads: machine.threadCount) {
      bar.update(done: $0, total: $1)
    }
    let place = places(in: data)
    let examples = data.catalogue.examples
    let differing = pairs.count { examples[$0.first].label != examples[$0.second].label }
    return PictureList(
      title: "Nearly identical pictures of data set \(data.catalogue.name)",
      groups: pairs.map { pair in
        PictureList.Group(
          images: [place(pair.first), place(pair.second)],
          evidence: [
            ("bits", String(pair.bits)), ("difference", tenths(pair.difference)),
            ("largest_block", tenths(pair.largestBlock)),
          ])
      },
      notes: [
        "\(pairs.count) pairs, \(differing) of them with different labels. Candidates are hashes that"
          + " differ in at most \(NearSearch.mostBits) of 64 bits; a pair is confirmed where its pixels"
          + " differ by at most \(Int(NearSearch.mostDifference)) of 255 on average and by"
          + " \(Int(NearSearch.mostInBlock)) in no block of 4 x 4, at \(NearSearch.size) x"
          + " \(NearSearch.size) pixels.",
        "Near is not the same: one product photographed alike in two colours is listed too. Of 4"
          + " pairs among 9,583 fashion photographs all showed one product, 2 of them in two colours.",
        "Of identical pictures only the first is compared; --duplicates lists them.",
      ])
  }

  private func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private func places(in data: PreparedData) -> (Int) -> PictureList.Image {
    var splits: [Int: SplitName] = [:]
    for item in data.splits.training.examples { splits[item.example] = .train }
    for item in data.splits.validation.examples { splits[item.example] = .validation }
    for item in data.splits.test.examples { splits[item.example] = .test }
    return { index in
      let example = data.catalogue.examples[index]
      return PictureList.Image(
        id: example.id, split: splits[index]?.rawValue, label: example.label)
    }
  }
}
