import Datasets
import Experiments
import Files
import Foundation
import Training

/// The folder that takes the ids of all splits.
struct IDFolder {
  let path: String

  init(_ path: String) { self.path = path }

  /// Writes the lists of every stage or fold, and says how to read them back.
  func write(_ experiment: Experiment, _ parts: [PreparedData]) throws {
    let splits = experiment.splits
    for (place, data) in parts.enumerated() {
      if splits.contains(where: { $0.fold != nil }) {
        try write(data.splits, to: "fold-\(splits[place].fold ?? place + 1)")
      } else if parts.count > 1 {
        try write(data.splits, to: "stage-\(place + 1)")
      } else {
        try write(data.splits, to: nil)
      }
    }
    Terminal.complain(
      """
      ids are in \(path); below the data's root they are read with split: {test: {lists: \
      {train: train.txt, validation: validation.txt, test: test.txt}}}, without split.long_tail
      """)
  }

  private func write(_ splits: DatasetSplits, to name: String?) throws {
    let folder = name.map { "\(path)/\($0)" } ?? path
    try Folder.create(folder)
    for (part, file) in [
      (SplitName.train, "train.txt"), (.validation, "validation.txt"), (.test, "test.txt"),
    ] {
      try AtomicFile.write(Data(splits.idList(of: part).utf8), to: "\(folder)/\(file)")
    }
  }
}
