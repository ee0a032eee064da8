import Experiments
import Files
import Foundation
import Networks
import Reports
import Results
import ResultsSQLite
import Training

/// The weights of finished runs as files that other experiments start from (`model.weights: run:…`).
struct RunWeights {
  /// The store that has the runs.
  let store: String

  /// The file of a run's weights, written where it is not there yet.
  ///
  /// It lies in the store's working folder and holds what `poise export` writes, but nothing that
  /// differs between two exports: its digest is part of fingerprints.
  ///
  /// - Throws: `MissingRun` where the store, the run or its weights are not there.
  func file(of name: String) throws -> String {
    do {
      return try existingFile(of: name)
    } catch {
      let failure = error as? Failure ?? Failure(error)
      guard failure.code == Failure.missingInput else { throw failure }
      throw MissingRun(failure.message)
    }
  }

  private func existingFile(of name: String) throws -> String {
    let opened = try SQLiteRunStore(readOnly: store)
    let details = try details(of: name, in: opened)
    let run = details.summary
    guard run.status == .done else {
      throw Failure(
        "run \(run.id) (\(run.name)) is \(run.status.rawValue); only a run that is done has weights",
        code: Failure.missingInput)
    }
    let model = try TrainedModel(of: details, inStoreAt: store)
    let folder = try WorkFolder(store: store).path + "/weights"
    try Folder.create(folder)
    let digest = (details.weightsDigest ?? "").prefix(16)
    let path = "\(folder)/run-\(run.id)-\(run.name)-\(digest).safetensors"
    let facts = ["run_name": run.name, "run_hash": details.description.configHash]
    guard FileManager.default.fileExists(atPath: path) else {
      try model.export(to: path, imagesSeen: run.imagesSeen ?? 0, facts: facts)
      return path
    }
    // The file's digest enters fingerprints: one that was changed must not pass for the run's.
    let fresh = "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp"
    defer { try? FileManager.default.removeItem(atPath: fresh) }
    try model.export(to: fresh, imagesSeen: run.imagesSeen ?? 0, facts: facts)
    let (expected, found) = (
      try SHA256Digest.hex(ofFile: fresh), try SHA256Digest.hex(ofFile: path)
    )
    guard found != expected else { return path }
    guard rename(fresh, path) == 0 else { throw FileError("replace", path, code: errno) }
    Terminal.complain(
      "\(path) was not what run \(run.id) (\(run.name)) was tested with: its SHA-256 was "
        + "\(found.prefix(16))…, that of the run's weights is \(expected.prefix(16))…; it was written anew"
    )
    return path
  }

  /// The run with a number, a name, or the beginning of a fingerprint, in any sweep.
  private func details(of name: String, in opened: SQLiteRunStore) throws -> RunDetails {
    if let id = Int64(name), let details = try opened.run(id) { return details }
    var found = try opened.runs(named: name)
    if found.isEmpty, name.count >= 6 { found = try opened.runs(withFingerprint: name) }
    guard let first = found.first, let details = try opened.run(first) else {
      throw Failure(
        "\(store) has no run '\(name)'; 'poise runs --results \(store)' lists them",
        code: Failure.missingInput)
    }
    guard found.count == 1 else {
      let candidates = try found.compactMap { try opened.listedRun($0) }
        .map { "\($0.id) (\($0.sweep) \($0.name))" }.joined(separator: ", ")
      throw Failure(
        "'\(name)' is the name of \(found.count) runs; write the number of one of them: \(candidates)",
        code: Failure.badInput)
    }
    return details
  }
}
