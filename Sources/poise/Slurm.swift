import Experiments
import Foundation

/// Slurm's programs, as far as a sweep needs them.
enum Slurm {
  /// Submits a job.
  ///
  /// - Returns: its number.
  /// - Throws: `Failure` with what `sbatch` said.
  static func submit(_ arguments: [String]) throws -> String {
    let answer = try ask(["sbatch", "--parsable"] + arguments)
    // Of a federation it is `number;cluster`.
    let number = answer.trimmingCharacters(in: .whitespacesAndNewlines).prefix { $0 != ";" }
    guard !number.isEmpty, number.allSatisfy(\.isNumber) else {
      throw Failure(
        "sbatch answered '\(answer)', expected the number of a job", code: Failure.cannotWrite)
    }
    return String(number)
  }

  /// Refuses a partition that the site does not have, and lists those that it has.
  static func check(partition: String) throws {
    let known = try ask(["sinfo", "--noheader", "--format=%R"])
      .split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    guard !partition.split(separator: ",").allSatisfy({ known.contains(String($0)) }) else {
      return
    }
    throw Failure(
      "the site has no partition '\(partition)'; it has \(Shortening.list(known, limit: 20))",
      code: Failure.badInput)
  }

  /// Refuses an array that is longer than the site allows.
  static func check(arraySize count: Int) throws {
    let text = try ask(["scontrol", "show", "config"])
    guard let match = text.firstMatch(of: /MaxArraySize\s*=\s*([0-9]+)/),
      let most = Int(match.1), count > most
    else { return }
    throw Failure(
      "the plan has \(count) chains, but the site's arrays have at most \(most) (MaxArraySize); divide "
        + "the experiment with --only, such as --only seed=1, each part with a --shard of its own",
      code: Failure.badInput)
  }

  /// What a program prints.
  ///
  /// - Throws: `Failure` where it is not there or fails, with its own words.
  private static func ask(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let missing = process.terminationStatus == 127 ? "; is Slurm installed here?" : ""
      throw Failure(
        "\(command[0]) failed\(missing)\(words.isEmpty ? "" : ": \(words)")",
        code: Failure.cannotWrite)
    }
    return text
  }
}
