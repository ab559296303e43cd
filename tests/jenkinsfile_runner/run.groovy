// Runs Jenkinsfiles without a server: see run.sh --help. The classes are in runner/.
import runner.Main

System.exit(Main.run(new File(getClass().protectionDomain.codeSource.location.toURI()).parentFile, args as List))
