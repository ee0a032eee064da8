import ArgumentParser
import Files
import Foundation
import Sweeps

/// Hands the runs of an experiment to Slurm.
struct SlurmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slurm",
    abstract: "Submits a sweep to Slurm: an array of workers, and a merge after it.",
    discussion: """
      Freezes the plan into the folder of shards, writes slurm.sh beside it and submits that. Tasks \
      write a checkpoint before their time limit and are begun again, at most --timeouts times; \
      preempted ones are always begun again. The merge runs once every task has ended, however it \
      ended, and 'poise merge' may be given at any time before. --print writes the script to \
      standard output and submits nothing.
      """)

  @OptionGroup var source: ExperimentOptions
  @Option(help: "The store that the merge writes.") var results = "results.sqlite"
  @Option(help: "The folder of shards; default: the experiment file's name with -shards.")
  var shard: String?
  @Option(help: "Processors of a task.") var cpus = 1
  @Option(help: "Memory of a task, such as 8G; default: the site's.") var mem: String?
  @Option(help: "Time limit of a task, such as 04:00:00; default: the site's.") var time: String?
  @Option(help: "The partition; default: the site's.") var partition: String?
  @Option(help: "Tasks that may run at a time; default: no limit.") var arrayLimit: Int?
  @Option(help: "How often a task that reached its limit is begun again.") var timeouts = 3
  @Flag(name: .customLong("print"), help: "Print the script; submit nothing.") var prints = false

  func validate() throws {
    for (name, value, least) in [
      ("--cpus", cpus, 1), ("--array-limit", arrayLimit ?? 1, 1), ("--timeouts", timeouts, 0),
    ] where value < least {
      throw ValidationError("\(name) is \(value), but must be at least \(least)")
    }
    if let mem, mem.wholeMatch(of: /[0-9]+[KMGT]?/) == nil {
      throw ValidationError("--mem is '\(mem)', expected a size such as 8G or 500M")
    }
    if let time, time.wholeMatch(of: /([0-9]+-)?[0-9]+(:[0-9]{2}){0,2}/) == nil {
      throw ValidationError("--time is '\(time)', expected minutes, 04:00:00 or 1-12:00:00")
    }
  }

  func run() throws {
    StopSignal.install(beforeWork: true)
    let experiment = try source.experiment(store: results)
    let folder = ShardFolder(Self.absolute(shard ?? Self.folder(of: source.file)))
    if let partition, !prints { try Slurm.check(partition: partition) }
    try Folder.create(folder.path)
    let work = try WorkFolder(store: folder.shard(0))
    let threads = ProcessInfo.processInfo.activeProcessorCount
    let data = try source.prepare(experiment, work: work, threads: threads)
    let frozen = FrozenPlan(try SweepPlan(experiment, data: data, workFolder: work.path))
    let script = script(for: frozen, folder)
    if prints { return try Terminal.show(script.text) }
    try Slurm.check(arraySize: frozen.chains)
    try folder.adopt(frozen.sealed())
    try submit(script)
  }

  private func script(for plan: FrozenPlan, _ folder: ShardFolder) -> SlurmScript {
    let program =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? Build.program
    let name = String(plan.sweep.name.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" })
    var script = SlurmScript(
      name: "poise-\(name)", program: program, folder: folder, chains: plan.chains,
      processors: cpus, timeouts: timeouts)
    (script.arrayLimit, script.memory, script.time) = (arrayLimit, mem, time)
    script.partition = partition
    return script
  }

  private func submit(_ script: SlurmScript) throws {
    let path = script.folder.path + "/slurm.sh"
    try AtomicFile.write(script.text, to: path)
    let array = try Slurm.submit([path])
    Terminal.complain("array job \(array): \(script.chains) tasks, script \(path)")
    var options = [
      "--job-name=\(script.name)-merge", "--dependency=afterany:\(array)",
      "--output=\(script.folder.path)/slurm-merge.log",
    ]
    if let partition { options.append("--partition=\(partition)") }
    let merge = try Slurm.submit(
      options + ["--wrap", script.mergeCommand(results: Self.absolute(results))])
    Terminal.complain("merge job \(merge), after all tasks → \(results)")
    try Terminal.show(array)
  }

  private static func folder(of file: String) -> String {
    URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent + "-shards"
  }

  private static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }
}
